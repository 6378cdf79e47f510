import { z } from "zod";
import { ClusterError } from "../../domain/errors.ts";
import { type FieldType, type FieldTypes, kindKey, type MergeKey, QUANTITY_TYPE } from "../../domain/field-types.ts";
import type { ApiClient } from "./api-client.ts";
import { callKubernetes } from "./call-kubernetes.ts";
import { KEPT_MS, keptFor } from "./kept-for.ts";

const indexSchema = z.object({ paths: z.record(z.string(), z.object({ serverRelativeURL: z.string() })) });

const refSchema = z.object({ $ref: z.string() });
const fieldSchema = z.looseObject({
  $ref: z.string().optional(),
  allOf: z.array(z.unknown()).optional(),
  items: z.looseObject({ $ref: z.string().optional(), allOf: z.array(z.unknown()).optional() }).optional(),
  additionalProperties: z.unknown().optional(),
  default: z.unknown().optional(),
  "x-kubernetes-list-type": z.string().optional(),
  "x-kubernetes-list-map-keys": z.array(z.string()).optional(),
  "x-kubernetes-patch-merge-key": z.string().optional(),
});
type Field = z.output<typeof fieldSchema>;

const documentSchema = z.object({
  components: z.object({
    schemas: z.record(
      z.string(),
      z.looseObject({
        properties: z.record(z.string(), fieldSchema).default({}),
        "x-kubernetes-group-version-kind": z
          .array(z.object({ group: z.string(), version: z.string(), kind: z.string() }))
          .optional(),
      }),
    ),
  }),
});
type Schemas = z.output<typeof documentSchema>["components"]["schemas"];

/** The types of one API server, group by group, each read once as long as the server says that it is the same. */
export interface ReadsFieldTypes {
  fetchFieldTypes(groupVersions: readonly string[]): Promise<FieldTypes>;
}

export function createFieldTypes(api: ApiClient): ReadsFieldTypes {
  /** By address, which has the content's hash in it. */
  const known = new Map<string, Promise<FieldTypes>>();

  async function fetchGroup(url: URL): Promise<FieldTypes> {
    const { status, body } = await get(api, url.pathname, Object.fromEntries(url.searchParams));
    const document = documentSchema.safeParse(body);
    if (status !== 200 || !document.success) throw noTypes(`it answered ${status} for ${url.pathname}`);
    return readFieldTypes(document.data.components.schemas);
  }

  const fetchIndex = keptFor(KEPT_MS, async () => {
    const { status, body } = await get(api, "/openapi/v3");
    const index = indexSchema.safeParse(body);
    if (status !== 200 || !index.success) throw noTypes(`it answered ${status} for the list of its types`);
    return index.data.paths;
  });

  return {
    async fetchFieldTypes(groupVersions) {
      const paths = await fetchIndex();
      const all: FieldTypes = { kinds: {}, types: {} };
      for (const groupVersion of groupVersions) {
        const entry = paths[groupVersion.includes("/") ? `apis/${groupVersion}` : `api/${groupVersion}`];
        if (!entry) continue;
        const address = entry.serverRelativeURL;
        // One after the other: a document of the API server's core is a megabyte, and what is kept of it is a hundredth.
        const reading = known.get(address) ?? fetchGroup(new URL(address, "http://server"));
        known.set(address, reading);
        const { kinds, types } = await reading.catch((error) => {
          known.delete(address);
          throw error;
        });
        Object.assign(all.kinds, kinds);
        Object.assign(all.types, types);
      }
      return all;
    },
  };
}

function get(api: ApiClient, path: string, query: Record<string, string> = {}) {
  return callKubernetes("read the types of its objects", () => api.call({ method: "GET", path, query }));
}

function readFieldTypes(schemas: Schemas): FieldTypes {
  const types: FieldTypes["types"] = {};
  for (const [name, { properties }] of Object.entries(schemas)) {
    const fields = Object.entries(properties).flatMap(([field, schema]) => {
      const type = readField(schema, schemas);
      return Object.keys(type).length === 0 ? [] : [[field, type] as const];
    });
    types[name] = Object.fromEntries(fields);
  }
  const kinds = Object.entries(schemas).flatMap(([name, schema]) =>
    (schema["x-kubernetes-group-version-kind"] ?? []).map(({ group, version, kind }): [string, string] => [
      kindKey(group === "" ? version : `${group}/${version}`, kind),
      name,
    ]),
  );
  return prune({ kinds: Object.fromEntries(kinds.filter(([kind]) => !kind.endsWith("List"))), types });
}

function readField(field: Field, schemas: Schemas): FieldType {
  const item = field.items ? refOf(field.items) : undefined;
  const type = item ?? refOf(field) ?? refOf(field.additionalProperties);
  const keys = field["x-kubernetes-list-map-keys"] ?? listOf(field["x-kubernetes-patch-merge-key"]);
  const isMap = keys.length > 0 && (field["x-kubernetes-list-type"] ?? "map") === "map";
  return {
    ...(type === undefined ? {} : { type }),
    ...(isMap ? { mergeKeys: keys.map((name) => mergeKey(name, schemas[item ?? ""]?.properties[name])) } : {}),
    ...(field["x-kubernetes-list-type"] === "set" ? { isSet: true } : {}),
  };
}

const listOf = (key: string | undefined) => (key === undefined ? [] : [key]);

function mergeKey(name: string, field: Field | undefined): MergeKey {
  const standard = field?.default;
  // Everything that is required has the empty text or 0 as its default there.
  return typeof standard === "string" && standard !== "" ? { name, default: standard } : { name };
}

/** `$ref`, plain or as the only one of `allOf`, which is how a reference with a default is written. */
function refOf(schema: unknown): string | undefined {
  const plain = refSchema.safeParse(schema);
  if (plain.success) return plain.data.$ref.slice(plain.data.$ref.lastIndexOf("/") + 1);
  const wrapped = z.looseObject({ allOf: z.array(refSchema).length(1) }).safeParse(schema);
  return wrapped.success ? refOf(wrapped.data.allOf[0]) : undefined;
}

/** Leaves away what leads to no list with keys and no quantity, so that little is kept of much. */
function prune({ kinds, types }: FieldTypes): FieldTypes {
  const useful = new Set<string>([QUANTITY_TYPE]);
  const isUseful = ({ type, mergeKeys, isSet }: FieldType) =>
    mergeKeys !== undefined || isSet !== undefined || (type !== undefined && useful.has(type));
  let before: number;
  do {
    before = useful.size;
    for (const [name, fields] of Object.entries(types)) if (Object.values(fields).some(isUseful)) useful.add(name);
  } while (before !== useful.size);
  const kept = Object.entries(types)
    .filter(([name, fields]) => useful.has(name) && Object.keys(fields).length > 0)
    .map(([name, fields]) => [name, Object.fromEntries(Object.entries(fields).filter(([, field]) => isUseful(field)))]);
  return {
    kinds: Object.fromEntries(Object.entries(kinds).filter(([, name]) => useful.has(name))),
    types: Object.fromEntries(kept),
  };
}

function noTypes(why: string): ClusterError {
  return new ClusterError({
    code: "cluster-openapi",
    what: "The cluster did not say how its objects are built.",
    why: `Asked for its OpenAPI, ${why}.`,
    fix: "Let Campanile's account read /openapi/v3, which Kubernetes grants to all who log in.",
    canRetry: false,
  });
}
