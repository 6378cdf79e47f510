import { isJsonObject, type JsonObject } from "../domain/json.ts";

/** What the API server and its controllers keep for themselves: nobody asks for it, and it changes by itself. */
const METADATA = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];
/** Deployments' own count of their revisions. */
const ANNOTATIONS = ["deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation"];

/** An object of the API server as somebody would have written it. */
export function withoutBookkeeping({ status: _status, metadata, ...rest }: JsonObject): JsonObject {
  if (!isJsonObject(metadata)) return rest;
  const kept = Object.entries(metadata).filter(([key]) => !METADATA.includes(key));
  return {
    ...rest,
    metadata: Object.fromEntries(kept.map(([key, value]) => [key, key === "annotations" ? withoutCounts(value) : value])),
  };
}

function withoutCounts(annotations: JsonObject[string]): JsonObject[string] {
  if (!isJsonObject(annotations)) return annotations;
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !ANNOTATIONS.includes(key)));
}
