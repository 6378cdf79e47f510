import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type Json, type JsonObject } from "../../domain/json.ts";
import { sameQuantity } from "../../domain/quantity.ts";

/**
 * Whether applying an object once more would change nothing: its manager owns exactly the fields that it sets, and each is as it is
 * set. Whatever is not sure is said to change.
 * @param object as it would be applied
 * @param live as the API server has it, with `metadata.managedFields`
 * @see Kubernetes, "Server-Side Apply": FieldsV1, where `f:` is a key, `k:` a list item by its keys, `v:` an item by its value
 */
export function isAsApplied(object: JsonObject, live: JsonObject, manager: string): boolean {
  const owned = ownedFields(live, manager, object.apiVersion);
  if (!owned) return false;
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = object;
  const { name: _name, namespace: _namespace, ...told } = isJsonObject(metadata) ? metadata : {};
  const given = Object.keys(told).length === 0 ? rest : { ...rest, metadata: told };
  return isOwnedAndSame(owned, given, live, { apiVersion: String(object.apiVersion), field: "" });
}

/** Where a value stands: what is told of Kubernetes' own types holds for no others. */
interface Place {
  apiVersion: string;
  field: string;
}

function ownedFields(live: JsonObject, manager: string, apiVersion: Json | undefined): JsonObject | undefined {
  const entries = isJsonObject(live.metadata) ? live.metadata.managedFields : undefined;
  const own = (Array.isArray(entries) ? entries : [])
    .filter(isJsonObject)
    .filter((entry) => entry.manager === manager && entry.operation === "Apply" && entry.subresource === undefined);
  const [only, ...others] = own;
  return only && others.length === 0 && only.apiVersion === apiVersion && isJsonObject(only.fieldsV1) ? only.fieldsV1 : undefined;
}

function isOwnedAndSame(owned: JsonObject, given: Json, live: Json | undefined, place: Place): boolean {
  const parts = Object.entries(owned).filter(([key]) => key !== ".");
  if (parts.length === 0) return isSame(given, live);
  if (Array.isArray(given)) return Array.isArray(live) && areItemsSame(parts, given, live, place);
  if (!isJsonObject(given) || !isJsonObject(live) || Object.keys(given).length !== parts.length) return false;
  return parts.every(([part, inner]) => {
    const key = part.slice(2);
    if (!part.startsWith("f:") || !Object.hasOwn(given, key) || !isJsonObject(inner)) return false;
    const value = given[key] ?? null;
    // An explicit null is owned, and leaves nothing behind.
    if (value === null || (value === false && isLeftOut(place, key))) return live[key] === undefined;
    if (isAmount(place) && isSameAmount(value, live[key])) return true;
    return isOwnedAndSame(inner, value, live[key], { ...place, field: key });
  });
}

/** @see the type PriorityClass, which says `globalDefault` only when it is so */
function isLeftOut({ apiVersion }: Place, key: string): boolean {
  return apiVersion === "scheduling.k8s.io/v1" && key === "globalDefault";
}

const WITH_CONTAINERS = ["v1", "apps/v1", "batch/v1"];

/** @see the type ResourceRequirements: the API server writes 0.05 as `50m` */
function isAmount({ apiVersion, field }: Place): boolean {
  return WITH_CONTAINERS.includes(apiVersion) && (field === "requests" || field === "limits");
}

function isSameAmount(given: Json, live: Json | undefined): boolean {
  const isScalar = typeof given === "string" || typeof given === "number";
  return isScalar && typeof live === "string" && sameQuantity(String(given), live);
}

/** Items are matched by what they are, and must come in the same order: an order that was changed is a change. */
function areItemsSame(parts: readonly [string, Json][], given: readonly Json[], live: readonly Json[], place: Place): boolean {
  if (parts.length !== given.length) return false;
  const found = parts.map(([part, inner]) => {
    const matches = matcherOf(part);
    const at = matches === undefined ? -1 : given.findIndex(matches);
    const there = matches === undefined ? -1 : live.findIndex(matches);
    const item = given[at];
    const isSame = item !== undefined && there >= 0 && isJsonObject(inner) && isOwnedAndSame(inner, item, live[there], place);
    return { at, there, isSame };
  });
  const inOrder = found.toSorted((a, b) => a.at - b.at);
  return (
    found.every(({ isSame }) => isSame) &&
    inOrder.every(
      ({ at, there }, index) => index === 0 || (at > (inOrder[index - 1]?.at ?? -1) && there > (inOrder[index - 1]?.there ?? -1)),
    )
  );
}

/** What the API server adds to a value that is written as a whole: with it, what is there is still what was asked for. */
function isSame(given: Json | undefined, live: Json | undefined): boolean {
  if (Array.isArray(given))
    return Array.isArray(live) && given.length === live.length && given.every((item, index) => isSame(item, live[index]));
  if (!isJsonObject(given) || !isJsonObject(live)) return isDeepStrictEqual(given, live);
  const defaults = defaultsOf(given);
  return (
    Object.keys(given).every((key) => Object.hasOwn(live, key) && isSame(given[key], live[key])) &&
    Object.keys(live).every((key) => Object.hasOwn(given, key) || (Object.hasOwn(defaults, key) && live[key] === defaults[key]))
  );
}

/** @see the defaults of Kubernetes' types: NetworkPolicyPort, ServicePort, ContainerPort, ObjectFieldSelector */
function defaultsOf(value: JsonObject): JsonObject {
  if (Object.hasOwn(value, "port") || Object.hasOwn(value, "containerPort")) return { protocol: "TCP" };
  return Object.hasOwn(value, "fieldPath") ? { apiVersion: "v1" } : {};
}

function matcherOf(part: string): ((item: Json) => boolean) | undefined {
  const value = parse(part.slice(2));
  if (part.startsWith("v:")) return (item) => isDeepStrictEqual(item, value);
  if (!part.startsWith("k:") || !isJsonObject(value)) return undefined;
  return (item) =>
    isJsonObject(item) &&
    Object.entries(value).every(([key, wanted]) => isDeepStrictEqual({ ...defaultsOf(item), ...item }[key], wanted));
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
