import { access } from "node:fs/promises";
import path from "node:path";
import { runStep } from "../../../tools/run-step.ts";
import { type BuiltLayer, ensureLayer } from "./build-layer.ts";

const SUITE = "bookworm";
const PACKAGES = ["ca-certificates", "git", "libatomic1", "libstdc++6", "python3", "python3-venv", "tini"];
/** The machine's own mirror, where it has one; the tool's own idea of one elsewhere. */
const SOURCES = ["/etc/apt/sources.list.d/debian.sources"];
/** Who runs what is in the images: KubeSpawner's, the chart's and Jupyter's idea of a user. */
const USER = { name: "jovyan", id: "1000", group: "100" };

/** Debian with Python and the user of the hub's images, the lowest layer of all that are no single program. */
export async function ensureDebianLayer(cacheDir: string): Promise<BuiltLayer> {
  return ensureLayer({ name: "debian", inputs: { SUITE, PACKAGES, USER, PATHS_LEFT_OUT }, fill: installDebian }, cacheDir);
}

const PATHS_LEFT_OUT = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*"];

async function installDebian(tree: string): Promise<void> {
  const sources = await Promise.all(
    SOURCES.map((file) =>
      access(file).then(
        () => [file],
        () => [],
      ),
    ),
  );
  const { name, id, group } = USER;
  await runStep({
    name: "Debian: mmdebstrap",
    command: "mmdebstrap",
    args: [
      "--quiet",
      "--variant=minbase",
      "--mode=root",
      "--format=directory",
      `--include=${PACKAGES.join(",")}`,
      ...PATHS_LEFT_OUT.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
      `--customize-hook=chroot "$1" useradd --uid ${id} --gid ${group} --create-home --shell /bin/bash ${name}`,
      SUITE,
      tree,
      ...sources.flat(),
    ],
    directory: path.dirname(tree),
    timeLimitMinutes: 20,
    fix: "See that apt-get update works on this machine, then run the same command again.",
  });
}
