import { z } from "zod";
import { notFound, unprocessable } from "../http/api-error.ts";
import { type Call, type Endpoint, ok } from "../http/endpoint.ts";
import { moment } from "../present/times.ts";
import { type Delivery, isDelivered } from "../webhooks/delivery.ts";
import type { Webhooks } from "../webhooks/send-webhooks.ts";
import { appOf } from "./apps.ts";

const hookConfig = z.object({ url: z.url().optional(), secret: z.string().optional(), content_type: z.string().optional() });

/** The App's one webhook and what became of its deliveries. */
export function appHookRoutes(webhooks: Webhooks): Endpoint[] {
  const findDelivery = (call: Call): Delivery => {
    const delivery = webhooks.deliveriesOf(appOf(call)).find((one) => one.id === Number(call.param("delivery_id")));
    if (!delivery) throw notFound();
    return delivery;
  };
  return [
    { method: "GET", path: "/app/hook/config", access: "app", handle: (call) => ok(presentConfig(call)) },
    {
      method: "PATCH",
      path: "/app/hook/config",
      access: "app",
      handle: (call) => {
        const { webhook } = appOf(call);
        const { url, secret } = call.body(hookConfig);
        if (url !== undefined) webhook.url = url;
        if (secret !== undefined) webhook.secret = secret;
        return ok(presentConfig(call));
      },
    },
    {
      method: "GET",
      path: "/app/hook/deliveries",
      access: "app",
      handle: (call) => listDeliveries(call, webhooks.deliveriesOf(appOf(call))),
    },
    {
      method: "GET",
      path: "/app/hook/deliveries/{delivery_id}",
      access: "app",
      handle: (call) => ok(presentDeliveryInFull(findDelivery(call))),
    },
    {
      method: "POST",
      path: "/app/hook/deliveries/{delivery_id}/attempts",
      access: "app",
      handle: (call) => {
        webhooks.redeliver(findDelivery(call));
        return { status: 202, body: {} };
      },
    },
  ];
}

/** This list has no page numbers: each answer links to the next by a cursor, so that new deliveries shift nothing. */
function listDeliveries(call: Call, all: Delivery[]) {
  const perPage = Math.min(Number(call.query("per_page") ?? 30), 100);
  const status = call.query("status");
  const cursor = call.query("cursor");
  const after = cursor === undefined ? Number.POSITIVE_INFINITY : Number(/^v1_(\d+)$/.exec(cursor)?.[1]);
  if (Number.isNaN(after) || Number.isNaN(perPage)) throw unprocessable("Invalid cursor");
  // What is still on its way has no outcome to list yet.
  const known = all.filter(
    ({ id, outcome }) =>
      outcome !== undefined && id < after && (status === undefined || isDelivered(outcome) === (status === "success")),
  );
  const page = known.slice(0, perPage);
  const last = page.at(-1);
  const isMore = known.length > page.length && last !== undefined;
  const target = new URL(`${call.github.baseUrl}/app/hook/deliveries?per_page=${perPage}`);
  if (status !== undefined) target.searchParams.set("status", status);
  if (isMore) target.searchParams.set("cursor", `v1_${last.id}`);
  const reply = ok(page.map(presentDelivery));
  return isMore ? { ...reply, headers: { link: `<${target.href}>; rel="next"` } } : reply;
}

function presentConfig(call: Call) {
  const { url, secret } = appOf(call).webhook;
  return {
    content_type: "json",
    insecure_ssl: "0",
    ...(secret === undefined ? {} : { secret: "********" }),
    ...(url === undefined ? {} : { url }),
  };
}

function presentDelivery(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: moment(delivery.deliveredAt),
    redelivery: delivery.isRedelivery,
    duration: delivery.outcome?.durationSeconds ?? 0,
    status: delivery.outcome?.status ?? "pending",
    status_code: delivery.outcome?.statusCode ?? 0,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

function presentDeliveryInFull(delivery: Delivery) {
  return {
    ...presentDelivery(delivery),
    url: delivery.url,
    request: { headers: delivery.requestHeaders, payload: delivery.payload },
    response: { headers: delivery.outcome?.responseHeaders ?? {}, payload: delivery.outcome?.responseBody ?? "" },
  };
}
