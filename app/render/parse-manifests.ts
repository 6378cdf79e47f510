import { parseDocument } from "yaml";
import { z } from "zod";
import { ConfigError } from "../domain/errors.ts";
import { DOCUMENT_SEPARATOR, HELM_YAML } from "../domain/helm-yaml.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type Manifest, objectKey } from "../domain/manifest.ts";
import { readSections } from "../domain/read-sections.ts";

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

/** What templates printed: as text, or read already by the reader with which Helm reads what it applies. */
export type Printed = { text: string } | { documents: Json[] };

/**
 * Reads what Helm rendered; chart output is as hostile as any other input.
 * @returns objects that may be shared with those of other renders, and are never changed
 * @throws {ConfigError} `rendered-invalid` for what is no Kubernetes object, `duplicate-object` for two with one name
 */
export function parseManifests(
  printed: Printed,
  releaseId: string,
  releaseNamespace: string,
  isNamespaced: IsNamespaced = () => undefined,
): Manifest[] {
  const manifests: Manifest[] = [];
  const seen = new Set<string>();
  for (const value of documentsOf(printed, releaseId)) {
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

function documentsOf(printed: Printed, releaseId: string): (Json | undefined)[] {
  if ("documents" in printed) return printed.documents;
  return printed.text.split(DOCUMENT_SEPARATOR).map((document) => tryToRead(document, releaseId));
}

function readDocument(text: string): Json | undefined {
  const sections = readSections(text);
  if (sections) return sections;
  const document = parseDocument(text, HELM_YAML);
  if (document.errors[0]) throw new UnreadableDocument(`is not valid YAML (${document.errors[0].message})`);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new UnreadableDocument(`cannot be read (${error instanceof Error ? error.message : "unknown reason"})`);
  }
}

class UnreadableDocument extends Error {}

function tryToRead(document: string, releaseId: string): Json | undefined {
  try {
    return readDocument(document);
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
