import { execa } from "execa";
import { asNodesRoot, isOrdinaryUser, pathWithRootsPrograms } from "../node/own-users.ts";
import type { BuiltImage } from "../seed/build-image.ts";
import { ensureHubImages } from "./hub-images.ts";
import { ensureNodeImages } from "./node-images.ts";

export interface NodeAndHubImages {
  ofNode: { pause: BuiltImage; coredns: BuiltImage };
  ofHubs: BuiltImage[];
}

const BUILD_LIMIT_MS = 60 * 60_000;

/** Builds what the cache lacks. An ordinary user does so among users of their own, because files in images belong to many. */
export async function ensureImages(corednsBinary: string, cacheDir: string): Promise<NodeAndHubImages> {
  if (isOrdinaryUser()) {
    const program = ["--disable-warning=ExperimentalWarning", import.meta.filename, corednsBinary, cacheDir];
    const [command, ...args] = asNodesRoot([process.execPath, ...program]);
    await execa(command, args, {
      env: { PATH: pathWithRootsPrograms() },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
      timeout: BUILD_LIMIT_MS,
    });
  }
  // Everything is there then, and only read.
  return { ofNode: await ensureNodeImages(corednsBinary, cacheDir), ofHubs: await ensureHubImages(cacheDir) };
}

if (import.meta.main) await ensureImages(process.argv[2] ?? "", process.argv[3] ?? "");
