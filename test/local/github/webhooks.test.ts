import { verify } from "@octokit/webhooks-methods";
import { afterEach, expect, test } from "vitest";
import { refused } from "./answers.ts";
import { useGitHub } from "./github-fixture.ts";
import { type Received, startReceiver } from "./webhook-receiver.ts";

const world = useGitHub();

afterEach(async () => {
  world.receiver.answerWith(202);
  await world.github.control.clearFaults();
});

const asApp = async () => world.as(await world.jwt());
const guidOf = (one: Received | undefined) => String(one?.headers["x-github-delivery"]);
const says = (body: string) => (one: Received) => JSON.stringify(one.payload.comment ?? "").includes(`"body":"${body}"`);

let comments = 0;

/** An issue to comment on, and a way to do so in words that no other comment has. */
async function openIssue() {
  const { owner, repo } = await world.createRepository();
  const ben = world.as(world.tokens.ben);
  const { data } = await ben.rest.issues.create({ owner, repo, title: "Here" });
  return async () => {
    comments += 1;
    const body = `comment ${comments}.`;
    await ben.rest.issues.createComment({ owner, repo, issue_number: data.number, body });
    return body;
  };
}

test("a webhook is signed with the App's secret and says where it comes from", async () => {
  const at = await world.createRepository();
  const pull = await world.openPullRequest(at);
  const got = await world.receiver.next(
    ({ payload }) => payload.action === "opened" && JSON.stringify(payload).includes(pull.headSha),
  );
  expect(await verify(world.secret, got.body, String(got.headers["x-hub-signature-256"]))).toBe(true);
  expect(await verify("another secret", got.body, String(got.headers["x-hub-signature-256"]))).toBe(false);
  expect(got.headers).toMatchObject({
    "content-type": "application/json",
    "user-agent": expect.stringMatching(/^GitHub-Hookshot\//),
    "x-github-event": "pull_request",
    "x-github-delivery": expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    "x-github-hook-id": expect.stringMatching(/^\d+$/),
    "x-github-hook-installation-target-id": String(world.appId),
    "x-github-hook-installation-target-type": "integration",
  });
  expect(got.payload).toMatchObject({
    number: pull.number,
    installation: { id: world.installationId },
    organization: { login: "college" },
    repository: { full_name: `${at.owner}/${at.repo}` },
    sender: { login: "ben" },
  });
});

test("the list of deliveries is read by cursor, newest first, and by how they ended", async () => {
  const comment = await openIssue();
  const first = guidOf(await world.receiver.next(says(await comment())));
  world.receiver.answerWith(500);
  const failed = guidOf(await world.receiver.next(says(await comment())));
  world.receiver.answerWith(202);
  const last = guidOf(await world.receiver.next(says(await comment())));
  await Promise.all([first, failed, last].map((guid) => world.waitFor("issue_comment.created", (one) => one.guid === guid)));
  const app = await asApp();
  const { data: all } = await app.rest.apps.listWebhookDeliveries({ per_page: 100 });
  const paged = await app.paginate(app.rest.apps.listWebhookDeliveries, { per_page: 2 });
  expect(paged.map((one) => one.id)).toEqual(all.map((one) => one.id));
  expect(all.map((one) => one.id)).toEqual(all.map((one) => one.id).sort((a, b) => b - a));
  const order = all.map((one) => one.guid);
  expect(order.slice(0, 3)).toEqual([last, failed, first]);
  // Octokit's types know no `status`, GitHub's API does.
  const failures = await app.request("GET /app/hook/deliveries", { status: "failure" } as Record<string, unknown>);
  expect(failures.data.map((one: { guid: string }) => one.guid)).toEqual([failed]);
  const { data: whole } = await app.rest.apps.getWebhookDelivery({ delivery_id: all[1]?.id ?? 0 });
  expect(whole).toMatchObject({
    guid: failed,
    status_code: 500,
    event: "issue_comment",
    action: "created",
    redelivery: false,
    request: { headers: { "X-GitHub-Delivery": failed }, payload: { sender: { login: "ben" } } },
    response: { payload: "received" },
  });
  await refused(app.rest.apps.listWebhookDeliveries({ cursor: "elsewhere" }), 422, /Invalid cursor/);
});

test("a redelivery comes under the same GUID, with the same words and a signature by the secret of now", async () => {
  const comment = await openIssue();
  const body = await comment();
  const guid = guidOf(await world.receiver.next(says(body)));
  await world.waitFor("issue_comment.created", (one) => one.guid === guid);
  const app = await asApp();
  const { data } = await app.rest.apps.listWebhookDeliveries();
  const original = data.find((one) => one.guid === guid);
  expect((await app.rest.apps.redeliverWebhookDelivery({ delivery_id: original?.id ?? 0 })).status).toBe(202);
  const [first, second] = await world.receiver.several(2, says(body));
  expect([guidOf(second), second?.body]).toEqual([guid, first?.body]);
  const again = await world.waitFor("issue_comment.created", (one) => one.guid === guid && one.isRedelivery === true);
  const { data: listed } = await app.rest.apps.getWebhookDelivery({ delivery_id: Number(again.id) });
  expect(listed).toMatchObject({ guid, redelivery: true, status: "OK", status_code: 202 });
  await refused(app.rest.apps.redeliverWebhookDelivery({ delivery_id: 1 }), 404, /Not Found/);
});

test("a lost delivery is in the list and can be asked for again", async () => {
  const comment = await openIssue();
  const { control } = world.github;
  await control.addDeliveryFault({ kind: "lose", event: "issue_comment" });
  const lost = await comment();
  const kept = await comment();
  await world.receiver.next(says(kept));
  expect(world.receiver.received.filter(says(lost))).toEqual([]);
  const app = await asApp();
  const { data } = await app.request("GET /app/hook/deliveries", { status: "failure" } as Record<string, unknown>);
  const [delivery] = data;
  expect(delivery).toMatchObject({ event: "issue_comment", status_code: 502 });
  await app.rest.apps.redeliverWebhookDelivery({ delivery_id: Number(delivery?.id) });
  expect(guidOf(await world.receiver.next(says(lost)))).toBe(delivery?.guid);
});

test("a delivery can be lost without a trace", async () => {
  const comment = await openIssue();
  await world.github.control.addDeliveryFault({ kind: "lose", event: "issue_comment", isListed: false });
  const lost = await comment();
  const kept = guidOf(await world.receiver.next(says(await comment())));
  await world.waitFor("issue_comment.created", (one) => one.guid === kept);
  const app = await asApp();
  const { data } = await app.rest.apps.listWebhookDeliveries({ per_page: 1 });
  expect(data[0]?.guid).toBe(kept);
  const all = await app.paginate(app.rest.apps.listWebhookDeliveries, { per_page: 100 });
  const bodies = await Promise.all(
    all
      .filter((one) => one.event === "issue_comment")
      .map(async ({ id }) => JSON.stringify((await app.rest.apps.getWebhookDelivery({ delivery_id: id })).data.request.payload)),
  );
  expect(bodies.filter((body) => body.includes(`"${lost}"`))).toEqual([]);
});

test("a delayed delivery waits until it is released", async () => {
  const comment = await openIssue();
  const { control } = world.github;
  await control.addDeliveryFault({ kind: "delay", event: "issue_comment" });
  const late = await comment();
  await world.receiver.next(says(await comment()));
  expect(world.receiver.received.filter(says(late))).toEqual([]);
  await control.releaseDeliveries();
  await world.receiver.next(says(late));
});

test("a repeated delivery comes several times under one GUID", async () => {
  const comment = await openIssue();
  await world.github.control.addDeliveryFault({ kind: "repeat", event: "issue_comment", arrivals: 3 });
  const body = await comment();
  const arrived = await world.receiver.several(3, says(body));
  expect(new Set(arrived.map(guidOf)).size).toBe(1);
  const next = await comment();
  expect(await world.receiver.several(1, says(next))).toHaveLength(1);
});

test("reordered deliveries are sent the last one first", async () => {
  const comment = await openIssue();
  await world.github.control.addDeliveryFault({ kind: "reorder", event: "issue_comment", times: 3 });
  const bodies = [await comment(), await comment(), await comment()];
  const guids = await Promise.all(bodies.map(async (body) => guidOf(await world.receiver.next(says(body)))));
  await Promise.all(guids.map((guid) => world.waitFor("issue_comment.created", (one) => one.guid === guid)));
  const { data } = await (await asApp()).rest.apps.listWebhookDeliveries({ per_page: 3 });
  // The list has the one that was sent last at its top.
  expect(data.map((one) => one.guid)).toEqual(guids);
});

test("an App can point its webhook elsewhere, and a receiver that is away is an outcome", async () => {
  const app = await asApp();
  const { data: before } = await app.rest.apps.getWebhookConfigForApp();
  expect(before).toMatchObject({ url: world.receiver.url, secret: "********", content_type: "json" });
  const away = await startReceiver();
  await away.close();
  // Octokit takes a parameter of this name for the address of the request itself.
  const change = async (config: { url?: string; secret?: string }) => {
    const headers = { authorization: `Bearer ${await world.jwt()}` };
    const { status } = await fetch(`${world.github.url}/app/hook/config`, {
      method: "PATCH",
      headers,
      body: JSON.stringify(config),
    });
    expect(status).toBe(200);
  };
  await change({ url: away.url });
  await world.github.control.pingApp({ appId: world.appId });
  expect(await world.waitFor("ping", (one) => one.statusCode !== undefined)).toMatchObject({ statusCode: 502 });
  await change({ url: world.receiver.url, secret: "a new secret" });
  const body = await (await openIssue())();
  const got = await world.receiver.next(says(body));
  expect(await verify("a new secret", got.body, String(got.headers["x-hub-signature-256"]))).toBe(true);
  await change({ secret: world.secret });
});
