import { createHash, type Hash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { lstat, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { execa } from "execa";
import stringify from "safe-stable-stringify";
import { z } from "zod";
import { installOnce } from "../../../tools/install-once.ts";
import { createProgressPrinter, withProgress } from "../../../tools/tool-progress.ts";
import type { Json } from "../../domain/json.ts";

export interface LayerRecipe {
  name: string;
  /** All that decides what is in the layer: a layer with the same name and inputs is not built again. */
  inputs: Json;
  /** Fills an empty folder with the layer's files, owners and modes as they will be. */
  fill: (tree: string) => Promise<void>;
}

export interface BuiltLayer {
  file: string;
  /** Of the file. */
  digest: string;
  size: number;
  /** Of the archive before compression, which an image's config names. */
  diffId: string;
}

const LAYER_FILE = "layer.tar.zst";
const FACTS_FILE = "layer.json";
const TAR_OPTIONS = ["--numeric-owner", "--sort=name", "--format=posix", "--pax-option=delete=atime,delete=ctime"];
const PACK_LIMIT_MS = 10 * 60_000;

const layerFacts = z.object({ digest: z.string(), size: z.number(), diffId: z.string() });

/** Builds a layer unless the cache has it; any number of processes may ask at once. */
export async function ensureLayer(recipe: LayerRecipe, cacheDir: string): Promise<BuiltLayer> {
  const key = createHash("sha256")
    .update(stringify({ ...TAR_OPTIONS, inputs: recipe.inputs }) ?? "")
    .digest("hex");
  const directory = path.join(cacheDir, "images", `${recipe.name}-${key.slice(0, 16)}`);
  const onProgress = createProgressPrinter();
  await installOnce({
    directory,
    files: [LAYER_FILE, FACTS_FILE],
    install: (into) => withProgress(`building the image layer ${recipe.name}`, onProgress, () => build(recipe, into)),
    onWaiting: () => onProgress({ state: "ended", text: `${recipe.name} is being built by another process; waiting for it` }),
  });
  const facts = layerFacts.parse(JSON.parse(await readFile(path.join(directory, FACTS_FILE), "utf8")));
  return { ...facts, file: path.join(directory, LAYER_FILE) };
}

async function build(recipe: LayerRecipe, into: string): Promise<void> {
  const tree = path.join(into, "tree");
  await mkdir(tree, { mode: 0o755 });
  await recipe.fill(tree);
  await markRemoved(tree);
  const file = path.join(into, LAYER_FILE);
  const diffId = await pack(tree, file);
  const digest = await digestOf(file);
  await writeFile(path.join(into, FACTS_FILE), JSON.stringify({ digest, size: (await stat(file)).size, diffId }));
  await rm(tree, { recursive: true });
}

/**
 * What a layer takes away from those below it is a device 0/0 on an overlay file system, and a file with a certain name in an image.
 * @see OCI image specification, "Whiteouts"
 */
async function markRemoved(tree: string): Promise<void> {
  // Node's own walk follows links, and a link of an image leads into this machine's folders here.
  const { stdout } = await execa("find", [tree, "-type", "c", "-print0"], { timeout: PACK_LIMIT_MS });
  for (const file of stdout.split("\0").filter(Boolean)) {
    if ((await lstat(file)).rdev !== 0) continue;
    await rm(file);
    await writeFile(path.join(path.dirname(file), `.wh.${path.basename(file)}`), "");
  }
}

/** Puts a layer's files into a folder, as they were when it was built. */
export async function unpackLayer({ file }: BuiltLayer, into: string): Promise<void> {
  await execa("tar", ["--numeric-owner", "--same-owner", "--preserve-permissions", "-C", into, "-xf", "-"], {
    // Whoever writes to it by hand fails now and then: it may have ended before its input is known to be closed.
    stdin: [{ file }, { transform: createZstdDecompress() }],
    timeout: PACK_LIMIT_MS,
  });
}

/**
 * By GNU tar: owners, links and devices as they are, but no order of the file system. Times of change stay, because Python compiles a
 * module anew, at each start of a container, when its source is not as old as the compiled one says.
 */
async function pack(tree: string, file: string): Promise<string> {
  const tar = execa("tar", [...TAR_OPTIONS, "-C", tree, "-cf", "-", "."], { buffer: { stdout: false }, timeout: PACK_LIMIT_MS });
  const hash = createHash("sha256");
  await Promise.all([tar, pipeline(tar.stdout, hashing(hash), createZstdCompress(), createWriteStream(file))]);
  return `sha256:${hash.digest("hex")}`;
}

function hashing(hash: Hash): PassThrough {
  const through = new PassThrough();
  through.on("data", (chunk: Buffer) => hash.update(chunk));
  return through;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest("hex")}`;
}
