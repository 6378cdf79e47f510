import { openAsBlob } from "node:fs";
import type { JsonObject } from "../../domain/json.ts";
import { type BuiltImage, blobOf, CONFIG_TYPE, describeBlob, MANIFEST_TYPE } from "../seed/build-image.ts";
import type { BuiltLayer } from "./build-layer.ts";

const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+zstd";

export interface ImageParts {
  /** Registry and repository, as pins name it. */
  name: string;
  tag: string;
  /** What runs, as whom, and where: `Entrypoint`, `User`, `Env` and so on. */
  config: JsonObject;
  /** From the bottom upwards. */
  layers: readonly BuiltLayer[];
}

/** An image of layers on disk, which are read when it is pushed. */
export async function assembleImage({ name, tag, config, layers }: ImageParts): Promise<BuiltImage> {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const rootfs = { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) };
  const configBlob = blobOf(CONFIG_TYPE, { created: "1970-01-01T00:00:00Z", architecture, os: "linux", config, rootfs });
  const layerBlobs = await Promise.all(
    layers.map(async ({ digest, file }) => ({ digest, mediaType: LAYER_TYPE, content: await openAsBlob(file) })),
  );
  const manifest = blobOf(MANIFEST_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: describeBlob(configBlob),
    layers: layerBlobs.map(describeBlob),
  });
  return { name, tag, digest: manifest.digest, manifest, blobs: [configBlob, ...layerBlobs] };
}
