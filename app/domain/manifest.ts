import type { JsonObject } from "./json.ts";

/** Which Kubernetes object. `namespace` is absent for cluster-scoped objects. */
export interface ObjectId {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** One object as Helm rendered it. */
export interface Manifest {
  id: ObjectId;
  object: JsonObject;
  /** Helm hook events such as `pre-install,pre-upgrade`; absent for an ordinary object. */
  hook?: string;
}

/** `Deployment data8-staging/hub`: how people read an object's name. */
export function describeObject(id: ObjectId): string {
  return id.namespace === undefined ? `${id.kind} ${id.name}` : `${id.kind} ${id.namespace}/${id.name}`;
}

/** Same object, whatever version of its API it was written in. */
export function objectKey(id: ObjectId): string {
  const group = id.apiVersion.includes("/") ? id.apiVersion.slice(0, id.apiVersion.indexOf("/")) : "";
  return `${group}/${id.kind}/${id.namespace ?? ""}/${id.name}`;
}
