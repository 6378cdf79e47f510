import type { Discovery } from "./discovery.ts";

/** What a template looks up: one object, or all of a kind. */
export interface LookupPath {
  groupVersion: string;
  resource: string;
  /** Absent for kinds that belong to no namespace. */
  namespace?: string;
  /** Absent when all are listed. */
  name?: string;
}

export type JudgedLookup = { kind: "lookup"; lookup: LookupPath } | { kind: "refused"; why: string } | { kind: "unknown" };

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9.:_-]*$/;

/**
 * Reads a path as `lookup` asks for it. A chart sees its own release's namespace and what belongs to no namespace:
 * other hubs' objects could be copied by it to where a pull request shows them.
 */
export function judgeLookup(path: string, ownNamespace: string, discovery: Discovery): JudgedLookup {
  const [root, ...rest] = path.split("/").slice(1);
  if ([root, ...rest].some((segment) => segment === undefined || !SEGMENT.test(segment))) return { kind: "unknown" };
  const groupVersion = root === "api" ? rest[0] : `${rest[0]}/${rest[1]}`;
  const parts = rest.slice(root === "api" ? 1 : 2);
  if ((root !== "api" && root !== "apis") || groupVersion === undefined || parts.length === 0) return { kind: "unknown" };
  // `/namespaces/x` is the namespace itself, `/namespaces/x/secrets` is in it.
  const isInNamespace = parts[0] === "namespaces" && parts.length > 2;
  const namespace = isInNamespace ? parts[1] : undefined;
  const [resource = "", name, ...more] = isInNamespace ? parts.slice(2) : parts;
  if (more.length > 0) return { kind: "refused", why: "only whole objects can be looked up" };
  const known = discovery.findResource(groupVersion, resource);
  if (!known) return { kind: "unknown" };
  if (known.isNamespaced && namespace !== ownNamespace)
    return { kind: "refused", why: `a chart sees the objects of its own namespace ${ownNamespace} only, and no others'` };
  return {
    kind: "lookup",
    lookup: {
      groupVersion,
      resource,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    },
  };
}

/** The path that `judgeLookup` reads as this. */
export function writeLookupPath({ groupVersion, resource, namespace, name }: LookupPath): string {
  const root = groupVersion.includes("/") ? "apis" : "api";
  return [
    "",
    root,
    groupVersion,
    ...(namespace === undefined ? [] : ["namespaces", namespace]),
    resource,
    ...(name === undefined ? [] : [name]),
  ].join("/");
}
