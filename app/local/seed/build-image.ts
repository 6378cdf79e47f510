import { createHash } from "node:crypto";
import { gzipStored, packTar } from "../../adapters/charts/deterministic-archive.ts";

export interface ImageBlob {
  digest: string;
  mediaType: string;
  /** In memory, or on disk. */
  content: Buffer | Blob;
}

/** One OCI image, whole. */
export interface BuiltImage {
  /** Registry and repository, as pins name it: `registry.campanile.example/user-data8`. */
  name: string;
  tag: string;
  /** The manifest's digest: what a pin says. */
  digest: string;
  manifest: ImageBlob;
  blobs: ImageBlob[];
}

const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";
export const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
export const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

/**
 * A tiny image that holds one file with its own name. It is enough for what never runs a program: pins, digests, pulls.
 * Name and tag alone decide its digest.
 */
export function buildImage(name: string, tag: string): BuiltImage {
  const tar = packTar(new Map([["etc/image-name", Buffer.from(`${name}:${tag}\n`)]]));
  const layer = blobOfBytes(LAYER_TYPE, gzipStored(tar));
  const config = blobOf(CONFIG_TYPE, {
    created: "1970-01-01T00:00:00Z",
    architecture: "amd64",
    os: "linux",
    config: { Labels: { "org.opencontainers.image.title": name, "org.opencontainers.image.version": tag } },
    rootfs: { type: "layers", diff_ids: [sha256(tar)] },
  });
  const layers = [describeBlob(layer)];
  const manifest = blobOf(MANIFEST_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: describeBlob(config),
    layers,
  });
  return { name, tag, digest: manifest.digest, manifest, blobs: [config, layer] };
}

export function blobOf(mediaType: string, content: object): ImageBlob {
  return blobOfBytes(mediaType, Buffer.from(JSON.stringify(content)));
}

function blobOfBytes(mediaType: string, content: Buffer): ImageBlob {
  return { digest: sha256(content), mediaType, content };
}

/** As manifests name what they consist of. */
export function describeBlob({ mediaType, digest, content }: ImageBlob) {
  return { mediaType, digest, size: content instanceof Blob ? content.size : content.byteLength };
}

function sha256(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
