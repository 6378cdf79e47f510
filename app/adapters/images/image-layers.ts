import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { ImageLayers } from "../../diff/weigh-pull.ts";
import type { Mirrors } from "../../domain/chart/via-mirrors.ts";
import { explanationOf } from "../../domain/errors.ts";
import type { ImagePin } from "../../domain/hub.ts";
import { type Mirrored, mirrored } from "../charts/download.ts";
import { askRegistry } from "../charts/oci-registry.ts";

/** An image's size is good to know, and nobody waits for it. */
const TIME_LIMIT_MS = 2_000;
/** A registry that was away is not asked again for each of fifty releases. */
const FAILURE_KEPT_MS = 60_000;
const REMEMBERED_IMAGES = 500;

const MANIFEST_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const indexSchema = z.object({
  manifests: z
    .array(z.object({ digest: digestSchema, platform: z.object({ os: z.string(), architecture: z.string() }).optional() }))
    .max(1_000),
});
const imageSchema = z.object({
  layers: z
    .array(
      z.object({
        digest: digestSchema,
        size: z
          .int()
          .nonnegative()
          .max(2 ** 50),
      }),
    )
    .max(1_000),
});

export interface ImageRegistry {
  /** Asks as anybody may, without any login. It never fails: that it could not be found out is an answer too. */
  fetchLayers(image: ImagePin): Promise<ImageLayers>;
}

/** @param mirrors what to ask instead of an address such as `oci://registry.example/` */
export function createImageRegistry({ mirrors }: { mirrors: Mirrors }): ImageRegistry {
  // What a digest names never changes.
  const known = new LRUCache<string, Promise<ImageLayers>>({ max: REMEMBERED_IMAGES });
  return {
    fetchLayers(image) {
      const key = `${image.name}@${image.digest}`;
      const present = known.get(key);
      if (present) return present;
      const asking = fetchLayers(image, mirrors).then((layers) => {
        if (layers.kind === "unknown") known.set(key, asking, { ttl: FAILURE_KEPT_MS });
        return layers;
      });
      known.set(key, asking);
      return asking;
    },
  };
}

async function fetchLayers(image: ImagePin, mirrors: Mirrors): Promise<ImageLayers> {
  const { digest = "" } = image;
  if (!digestSchema.safeParse(digest).success) return { kind: "unknown", why: "no digest says which image it is" };
  const registry = {
    ...mirrored(addressOf(image.name), mirrors),
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  };
  try {
    const top = await fetchManifest(registry, image, digest);
    const index = indexSchema.safeParse(top);
    if (!index.success) return { kind: "layers", layers: imageSchema.parse(top).layers };
    const meant = index.data.manifests.find(({ platform }) => platform?.os === "linux" && platform.architecture === "amd64");
    if (!meant) return { kind: "unknown", why: "it is not made for linux/amd64" };
    return { kind: "layers", layers: imageSchema.parse(await fetchManifest(registry, image, meant.digest)).layers };
  } catch (error) {
    const why = registry.signal.aborted ? "the registry did not answer in time" : whyUnknown(error);
    if (why === undefined) throw error;
    return { kind: "unknown", why };
  }
}

class UnknownManifest extends Error {}

/** @throws {UnknownManifest} with the reason */
async function fetchManifest(registry: Mirrored, { name, tag = "" }: ImagePin, digest: string): Promise<unknown> {
  const source = { chart: name, version: tag, repository: registry.address };
  const answer = await askRegistry(registry, `manifests/${digest}`, source, MANIFEST_TYPES);
  if (!answer) throw new UnknownManifest("the registry does not have it");
  const { body } = answer;
  // A registry that answers something else may say of its size what it likes.
  if (`sha256:${createHash("sha256").update(body).digest("hex")}` !== digest)
    throw new UnknownManifest("the registry answered something else");
  return JSON.parse(body.toString("utf8"));
}

function whyUnknown(error: unknown): string | undefined {
  if (error instanceof UnknownManifest) return error.message;
  if (error instanceof SyntaxError || error instanceof z.ZodError) return "its manifest cannot be read";
  const explanation = explanationOf(error);
  // Whose words hold an address that anybody may have written.
  if (explanation?.code === "chart-address") return "its registry is at no public address";
  return explanation?.why.replace(/^The/, "the").replace(/^It/, "the registry").replace(/\.$/, "");
}

/** As container tools read a name: without a host it is Docker Hub's. */
function addressOf(name: string): string {
  const [first = "", ...rest] = name.split("/");
  if (rest.length > 0 && /[.:]|^localhost$/.test(first)) {
    const host = /^(?:index\.)?docker\.io$/.test(first) ? DOCKER_HUB : first;
    return `oci://${host}/${host === DOCKER_HUB && rest.length === 1 ? "library/" : ""}${rest.join("/")}`;
  }
  return `oci://${DOCKER_HUB}/${rest.length === 0 ? "library/" : ""}${name}`;
}

const DOCKER_HUB = "registry-1.docker.io";
