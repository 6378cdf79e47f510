import { parseDocument } from "yaml";
import { z } from "zod";
import { ConfigError } from "../domain/errors.ts";
import { HELM_YAML } from "../domain/helm-yaml.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type Manifest, objectKey } from "../domain/manifest.ts";

/** A hub renders some 30 objects; a chart with more than this is not one that people review. */
const OBJECTS_LIMIT = 2_000;

const headSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    annotations: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** Kinds that belong to no namespace, for where no cluster is asked; Helm fills in the namespace of all others by leaving it away. */
const CLUSTER_KINDS = new Set([
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "IngressClass",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
]);

/** What the cluster knows of a kind; undefined for one that it does not know, or when there is none to ask. */
type IsNamespaced = (apiVersion: string, kind: string) => boolean | undefined;

/** Reads one document; undefined stands for an empty one. */
export type ReadsDocuments = (text: string) => Json | undefined;

/**
 * Reads what Helm rendered; chart output is as hostile as any other input.
 * @param read of two renders most documents are the same, so a reader may remember them: what it gives is never changed
 * @throws {ConfigError} `rendered-invalid` for what is no Kubernetes object, `duplicate-object` for two with one name
 */
export function parseManifests(
  text: string,
  releaseId: string,
  releaseNamespace: string,
  isNamespaced: IsNamespaced = () => undefined,
  read: ReadsDocuments = readDocument,
): Manifest[] {
  const manifests: Manifest[] = [];
  const seen = new Set<string>();
  for (const document of text.split(SEPARATOR)) {
    const value = tryToRead(read, document, releaseId);
    if (value === null || value === undefined) continue;
    const manifest = toManifest(value, releaseId, releaseNamespace, isNamespaced);
    const key = objectKey(manifest.id);
    if (seen.has(key)) throw duplicate(releaseId, manifest);
    seen.add(key);
    manifests.push(manifest);
    if (manifests.length > OBJECTS_LIMIT) throw invalid(releaseId, `there are more than ${OBJECTS_LIMIT}`);
  }
  return manifests;
}

/** Helm cuts what templates print in the same way. */
const SEPARATOR = /^---(?:[ \t].*)?$/m;

export function readDocument(text: string): Json | undefined {
  const document = parseDocument(text, HELM_YAML);
  if (document.errors[0]) throw new UnreadableDocument(`is not valid YAML (${document.errors[0].message})`);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new UnreadableDocument(`cannot be read (${error instanceof Error ? error.message : "unknown reason"})`);
  }
}

class UnreadableDocument extends Error {}

function tryToRead(read: ReadsDocuments, document: string, releaseId: string): Json | undefined {
  try {
    return read(document);
  } catch (error) {
    if (error instanceof UnreadableDocument) throw invalid(releaseId, `one of them ${error.message}`);
    throw error;
  }
}

function toManifest(value: unknown, releaseId: string, releaseNamespace: string, isNamespaced: IsNamespaced): Manifest {
  const head = headSchema.safeParse(value);
  if (!head.success || !isJsonObject(value)) throw invalid(releaseId, "one of them lacks apiVersion, kind or metadata.name");
  const { apiVersion, kind, metadata } = head.data;
  const hook = metadata.annotations?.["helm.sh/hook"];
  const hasNamespace = isNamespaced(apiVersion, kind) ?? !CLUSTER_KINDS.has(kind);
  const namespace = hasNamespace ? (metadata.namespace ?? releaseNamespace) : undefined;
  const object: JsonObject = value;
  return {
    id: { apiVersion, kind, name: metadata.name, ...(namespace === undefined ? {} : { namespace }) },
    object,
    ...(typeof hook === "string" ? { hook } : {}),
  };
}

function invalid(releaseId: string, why: string): ConfigError {
  return new ConfigError({
    code: "rendered-invalid",
    what: `The chart renders no usable objects for ${releaseId}.`,
    why: `Of the objects it rendered, ${why}.`,
    fix: "Mend the chart, or the value that it prints into its templates.",
  });
}

function duplicate(releaseId: string, { id }: Manifest): ConfigError {
  return new ConfigError({
    code: "duplicate-object",
    what: `The chart renders ${id.kind} ${id.name} twice for ${releaseId}.`,
    why: "The second would overwrite the first in the cluster.",
    fix: "Give one of them another name in the values.",
  });
}
