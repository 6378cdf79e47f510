import { createHash } from "node:crypto";
import { gzipStored, packTar } from "../../adapters/charts/deterministic-archive.ts";

export interface Blob {
  digest: string;
  mediaType: string;
  content: Buffer;
}

/** One OCI image, whole. */
export interface BuiltImage {
  /** Registry and repository, as pins name it: `registry.campanile.example/user-data8`. */
  name: string;
  tag: string;
  /** The manifest's digest: what a pin says. */
  digest: string;
  manifest: Blob;
  blobs: Blob[];
}

const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

/**
 * A tiny image that holds one file with its own name. It is enough for what never runs a program: pins, digests, pulls.
 * Name and tag alone decide its digest.
 */
export function buildImage(name: string, tag: string): BuiltImage {
  const tar = packTar(new Map([["etc/image-name", Buffer.from(`${name}:${tag}\n`)]]));
  const layer = blob(LAYER_TYPE, gzipStored(tar));
  const config = blob(
    CONFIG_TYPE,
    json({
      created: "1970-01-01T00:00:00Z",
      architecture: "amd64",
      os: "linux",
      config: { Labels: { "org.opencontainers.image.title": name, "org.opencontainers.image.version": tag } },
      rootfs: { type: "layers", diff_ids: [sha256(tar)] },
    }),
  );
  const describe = ({ mediaType, digest, content }: Blob) => ({ mediaType, digest, size: content.byteLength });
  const manifest = blob(
    MANIFEST_TYPE,
    json({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config: describe(config), layers: [describe(layer)] }),
  );
  return { name, tag, digest: manifest.digest, manifest, blobs: [config, layer] };
}

function blob(mediaType: string, content: Buffer): Blob {
  return { digest: sha256(content), mediaType, content };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function sha256(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
