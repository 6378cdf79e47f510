import type { BuiltImage, ImageBlob } from "../seed/build-image.ts";
import { type ProcessOptions, type RunningProcess, startProcess } from "./start-process.ts";

export interface LocalRegistry {
  /** `localhost:PORT`. */
  host: string;
  process: RunningProcess;
  pushImage(image: BuiltImage): Promise<void>;
}

/** A small real OCI registry, in memory, on loopback. */
export async function startRegistry(
  options: Pick<ProcessOptions, "logDir" | "keeper" | "onCrash"> & { registry: string },
): Promise<LocalRegistry> {
  const { registry, ...shared } = options;
  const process = await startProcess({ ...shared, name: "registry", command: registry, args: ["-port", "0"] });
  const [, port = ""] = await process.waitForLine(/serving on port (\d+)/);
  const host = `localhost:${port}`;
  return { host, process, pushImage: (image) => pushImage(`http://${host}`, image) };
}

/** The world's registry stands for all registries, so only the repository counts. */
export async function pushImage(base: string, image: BuiltImage): Promise<void> {
  const repository = image.name.slice(image.name.indexOf("/") + 1);
  await Promise.all(image.blobs.map((blob) => pushBlob(base, repository, blob)));
  const url = `${base}/v2/${repository}/manifests/${image.tag}`;
  const headers = { "content-type": image.manifest.mediaType };
  const response = await fetch(url, { method: "PUT", headers, body: bodyOf(image.manifest) });
  if (!response.ok)
    throw new Error(`the registry did not take ${repository}:${image.tag}: ${response.status} ${await response.text()}`);
}

async function pushBlob(base: string, repository: string, blob: ImageBlob): Promise<void> {
  // Images share their lower layers, and what is in memory once need not be sent again.
  const known = await fetch(`${base}/v2/${repository}/blobs/${blob.digest}`, { method: "HEAD" });
  if (known.ok) return;
  const started = await fetch(`${base}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  const location = started.headers.get("location");
  if (location === null) throw new Error(`the registry did not begin an upload for ${repository}: ${started.status}`);
  const url = new URL(location, base);
  url.searchParams.set("digest", blob.digest);
  const response = await fetch(url, { method: "PUT", body: bodyOf(blob) });
  if (!response.ok) throw new Error(`the registry did not take a blob of ${repository}: ${response.status}`);
}

function bodyOf({ content }: ImageBlob): Blob | Uint8Array<ArrayBuffer> {
  return content instanceof Blob ? content : new Uint8Array(content);
}
