import { isJsonObject, type Json, type JsonObject } from "../../domain/json.ts";
import { type PlaceholderSet, placeholderText, toSecondPlaceholders } from "../../domain/placeholder.ts";

/** What the API server writes at every change, whoever made it: no template means it, and it would make each look at the cluster a new one. */
const BOOKKEEPING = ["managedFields", "resourceVersion", "generation", "selfLink"];

/** `kubectl apply` keeps the whole object in it as it was written. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * An object or a list as it may be shown to a chart: keys of Secrets are kept, because charts ask whether one is there, values are
 * placeholders, in clear. Decided by what the server returned, not by what was asked for.
 */
export function withoutSecrets(answer: JsonObject): JsonObject {
  const kind = typeof answer.kind === "string" ? answer.kind : "";
  if (!Array.isArray(answer.items)) return cleanObject(answer, kind);
  const itemKind = kind.replace(/List$/, "");
  const { metadata: _resourceVersion, ...list } = answer;
  return { ...list, metadata: {}, items: answer.items.map((item) => (isJsonObject(item) ? cleanObject(item, itemKind) : item)) };
}

function cleanObject(object: JsonObject, kind: string): JsonObject {
  const isSecret = kind === "Secret" || object.kind === "Secret";
  const metadata = isJsonObject(object.metadata) ? cleanMetadata(object.metadata, isSecret) : {};
  if (!isSecret) return { ...object, metadata };
  const name = typeof metadata.name === "string" ? metadata.name : "";
  const data = isJsonObject(object.data) ? object.data : {};
  return {
    apiVersion: object.apiVersion ?? "v1",
    kind: "Secret",
    metadata,
    ...(object.type === undefined ? {} : { type: object.type }),
    data: Object.fromEntries(Object.keys(data).map((key) => [key, placeholderText("first", `live Secret ${name}, key ${key}`)])),
  };
}

function cleanMetadata(metadata: JsonObject, isSecret: boolean): JsonObject {
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !BOOKKEEPING.includes(key)));
  if (!isJsonObject(metadata.annotations)) return kept;
  const name = typeof metadata.name === "string" ? metadata.name : "";
  const annotations = Object.entries(metadata.annotations).filter(([key]) => key !== LAST_APPLIED);
  const shown = annotations.map(([key, value]): [string, Json] => [
    key,
    // What people write beside a Secret may well be made from it; Helm's own marks are not.
    isSecret && !/^(meta\.)?helm\.sh\//.test(key) ? placeholderText("first", `live Secret ${name}, annotation ${key}`) : value,
  ]);
  return { ...kept, annotations: Object.fromEntries(shown) };
}

/** The answer as Kubernetes would give it: with placeholders of the wanted set, in base64 where Secrets have it. */
export function withPlaceholders(answer: JsonObject, set: PlaceholderSet): JsonObject {
  const chosen = set === "first" ? answer : toSecondPlaceholders(answer);
  if (!isJsonObject(chosen)) return answer;
  if (!Array.isArray(chosen.items)) return encodeSecret(chosen);
  return { ...chosen, items: chosen.items.map((item) => (isJsonObject(item) ? encodeSecret(item) : item)) };
}

function encodeSecret(object: JsonObject): JsonObject {
  if (object.kind !== "Secret" || !isJsonObject(object.data)) return object;
  const data = Object.entries(object.data).map(([key, value]) => [key, Buffer.from(String(value)).toString("base64")]);
  return { ...object, data: Object.fromEntries(data) };
}
