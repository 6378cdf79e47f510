import { z } from "zod";
import { DOCUMENT_SEPARATOR } from "../domain/helm-yaml.ts";
import { type Manifest, objectKey } from "../domain/manifest.ts";
import { openDocument } from "./open-document.ts";

const objectSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
});

/**
 * The objects of a deployed revision, by `objectKey`. Helm deletes what is here and no longer rendered.
 * @param manifest from Helm's record, with every secret of the release: it is compared and goes no further
 * @param isNamespaced what the cluster knows of a kind
 */
export function readInventory(
  manifest: string,
  releaseNamespace: string,
  isNamespaced: (apiVersion: string, kind: string) => boolean | undefined,
): Map<string, Manifest> {
  return new Map(
    manifest.split(DOCUMENT_SEPARATOR).flatMap((text) => {
      const value = openDocument("object.yaml", text);
      const object = objectSchema.safeParse(value);
      if (!object.success || !value) return [];
      const { apiVersion, kind, metadata } = object.data;
      const namespace = (isNamespaced(apiVersion, kind) ?? true) ? (metadata.namespace ?? releaseNamespace) : undefined;
      const id = { apiVersion, kind, name: metadata.name, ...(namespace === undefined ? {} : { namespace }) };
      return [[objectKey(id), { id, object: value }] as const];
    }),
  );
}
