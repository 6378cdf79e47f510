import { z } from "zod";
import { explanationOf } from "../../domain/errors.ts";
import { isJsonObject, type JsonObject } from "../../domain/json.ts";
import { type ObjectId, objectKey } from "../../domain/manifest.ts";
import type { ApiClient } from "./api-client.ts";
import { callKubernetes } from "./call-kubernetes.ts";
import type { ApiResource, Discovery } from "./discovery.ts";

/** Objects as they are now, by `objectKey`; what is not there is not in it. */
export type FetchesLive = (ids: readonly ObjectId[], discovery: Discovery) => Promise<Map<string, JsonObject>>;

/** Helm's own objects of a kind: a hub's namespace also has thousands of users' pods and claims. */
const HELMS_OWN = "app.kubernetes.io/managed-by=Helm";

/** From so many objects of one kind on, a list is fewer calls than reading each. */
const LIST_FROM = 2;

/** Reads objects in the namespace in which they are. */
export function liveObjects(api: ApiClient): FetchesLive {
  return async (ids, discovery) => {
    const found = new Map<string, JsonObject>();
    const byList = Map.groupBy(ids, (id) => `${id.apiVersion} ${id.kind} ${id.namespace}`);
    await Promise.all(
      [...byList.values()].map(async (group) => {
        const [first] = group;
        const at = first && discovery.findKind(first.apiVersion, first.kind);
        if (!at) return;
        const isListed = at.isNamespaced && group.length >= LIST_FROM;
        const listed = isListed ? await listHelmsOwn(api, at, { namespace: first.namespace }) : undefined;
        for (const id of group) {
          const object = listed?.objects.get(objectKey(id)) ?? (await get(api, id, at));
          if (object) found.set(objectKey(id), object);
        }
      }),
    );
    return found;
  };
}

/** A page of a list of the whole cluster, and how many of them are read: with more of Helm's objects it has other things than hubs. */
const PAGE = 250;
const PAGES = 40;

/**
 * For looking at many releases of one cluster at one time: a kind is listed once, in all namespaces, and not once for each release. What
 * may not be listed there, or is too much, is read in its namespace; so are Secrets always, for those of other namespaces are none of ours.
 * @param namespaces of the releases; nothing of another namespace is kept
 */
export function liveObjectsOfMany(api: ApiClient, namespaces: ReadonlySet<string>): FetchesLive {
  const lists = new Map<string, Promise<Map<string, JsonObject> | undefined>>();
  const inTheirNamespace = liveObjects(api);

  function listOnce(at: ApiResource): Promise<Map<string, JsonObject> | undefined> {
    const kind = `${at.groupVersion} ${at.resource}`;
    const list = lists.get(kind) ?? listEverywhere(api, at, namespaces).catch(unlessExplained);
    lists.set(kind, list);
    return list;
  }

  return async (ids, discovery) => {
    const found = new Map<string, JsonObject>();
    const others: ObjectId[] = [];
    await Promise.all(
      ids.map(async (id) => {
        const at = id.kind === "Secret" ? undefined : discovery.findKind(id.apiVersion, id.kind);
        const listed = at && (await listOnce(at));
        if (!listed) return void others.push(id);
        const key = objectKey(id);
        const object = listed.get(key) ?? (await get(api, id, at));
        // Each is looked at by its own release, and need not be kept longer.
        listed.delete(key);
        if (object) found.set(key, object);
      }),
    );
    for (const [key, object] of await inTheirNamespace(others, discovery)) found.set(key, object);
    return found;
  };
}

/** Why it failed, such as one page that is too large, may be no reason to fail for the namespaces of the releases; else they say it too. */
function unlessExplained(error: unknown): undefined {
  if (!explanationOf(error)) throw error;
}

async function listEverywhere(
  api: ApiClient,
  at: ApiResource,
  namespaces: ReadonlySet<string>,
): Promise<Map<string, JsonObject> | undefined> {
  const found = new Map<string, JsonObject>();
  let next: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const listed = await listHelmsOwn(api, at, { next });
    if (!listed) return undefined;
    for (const [key, object] of listed.objects) {
      const namespace = metadataOf(object)?.namespace;
      if (namespace === undefined || namespaces.has(String(namespace))) found.set(key, object);
    }
    next = listed.next;
    if (next === undefined) return found;
  }
  return undefined;
}

const listSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }).prefault({}),
  items: z.array(z.custom<JsonObject>(isJsonObject)).nullish(),
});

/** @returns undefined where the account may not list them */
async function listHelmsOwn(
  api: ApiClient,
  at: ApiResource,
  { namespace, next }: { namespace?: string | undefined; next?: string | undefined },
): Promise<{ objects: Map<string, JsonObject>; next: string | undefined } | undefined> {
  const query = {
    labelSelector: HELMS_OWN,
    ...(namespace === undefined ? { limit: String(PAGE) } : {}),
    ...(next === undefined ? {} : { continue: next }),
  };
  const { status, body } = await callKubernetes(`list ${at.resource}`, () =>
    api.call({ method: "GET", path: pathOf(at, { namespace }), query }),
  );
  const list = status === 200 ? listSchema.safeParse(body) : undefined;
  if (!list?.success) return undefined;
  const objects = new Map<string, JsonObject>();
  for (const item of list.data.items ?? []) {
    const { name, namespace } = metadataOf(item) ?? {};
    const place = typeof namespace === "string" ? { namespace } : {};
    // Items of a list do not say what they are.
    const what = { apiVersion: at.groupVersion, kind: at.kind };
    if (typeof name === "string") objects.set(objectKey({ ...what, ...place, name }), { ...item, ...what });
  }
  return { objects, next: list.data.metadata.continue || undefined };
}

async function get(api: ApiClient, id: ObjectId, at: ApiResource): Promise<JsonObject | undefined> {
  const { status, body } = await callKubernetes(`read ${id.kind} ${id.name}`, () =>
    api.call({ method: "GET", path: pathOf(at, id) }),
  );
  return status === 200 && isJsonObject(body) ? body : undefined;
}

function metadataOf({ metadata }: JsonObject): JsonObject | undefined {
  return isJsonObject(metadata) ? metadata : undefined;
}

/** Where the API server has an object, or without a name all of its kind: in one namespace, or without one in all. */
export function pathOf(
  { groupVersion, resource, isNamespaced }: ApiResource,
  { namespace, name }: { namespace?: string | undefined; name?: string },
): string {
  const root = groupVersion.includes("/") ? "apis" : "api";
  const place = isNamespaced && namespace !== undefined ? ["namespaces", namespace] : [];
  const parts = [...place, resource, ...(name === undefined ? [] : [name])];
  return `/${root}/${groupVersion}/${parts.map(encodeURIComponent).join("/")}`;
}
