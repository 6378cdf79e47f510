import { copyFile, readFile } from "node:fs/promises";
import path from "node:path";
import { runStep } from "../../../tools/run-step.ts";
import type { BuiltImage } from "../seed/build-image.ts";
import { assembleImage } from "./assemble-image.ts";
import { ensureLayer } from "./build-layer.ts";

const REGISTRY = "registry.campanile.example";

/** What every node runs: the first process of each pod, and the server for names of services. Each is one program without a base. */
export async function ensureNodeImages(
  corednsBinary: string,
  cacheDir: string,
): Promise<{ pause: BuiltImage; coredns: BuiltImage }> {
  const source = path.join(import.meta.dirname, "pause.c");
  const [pause, coredns] = await Promise.all([
    ensureLayer(
      {
        name: "pause",
        inputs: { source: await readFile(source, "utf8") },
        fill: (tree) => compile(source, path.join(tree, "pause")),
      },
      cacheDir,
    ),
    ensureLayer(
      {
        name: "coredns",
        // The folder is named after the version.
        inputs: { binary: path.basename(path.dirname(corednsBinary)) },
        fill: (tree) => copyFile(corednsBinary, path.join(tree, "coredns")),
      },
      cacheDir,
    ),
  ]);
  const [pauseImage, corednsImage] = await Promise.all([
    assembleImage({
      name: `${REGISTRY}/pause`,
      tag: "3.10",
      config: { Entrypoint: ["/pause"], User: "65535:65535" },
      layers: [pause],
    }),
    assembleImage({ name: `${REGISTRY}/coredns`, tag: "1.14.7", config: { Entrypoint: ["/coredns"] }, layers: [coredns] }),
  ]);
  return { pause: pauseImage, coredns: corednsImage };
}

async function compile(source: string, into: string): Promise<void> {
  await runStep({
    name: "pause: gcc",
    command: "gcc",
    args: ["-static", "-Os", "-s", "-o", into, source],
    directory: path.dirname(into),
    timeLimitMinutes: 2,
    fix: "Install a C compiler with a static C library: apt-get install gcc libc6-dev.",
  });
}
