import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Parser, type ReadEntry } from "tar";
import { ConfigError } from "../../domain/errors.ts";

/** What a chart says of its values; its templates are Helm's business. */
const WANTED = /(?:^|\/)(?:Chart\.yaml|requirements\.yaml|values\.yaml|values\.schema\.json)$|(?:^|\/)charts\/[^/]+\.tgz$/;
const FILE_LIMIT_BYTES = 8 * 1024 * 1024;
const TOTAL_LIMIT_BYTES = 64 * 1024 * 1024;
/** Charts inside charts inside charts: more than these nobody has. */
const DEPTH_LIMIT = 4;

/**
 * The files of a packed chart that say what values it takes, without its own folder before them.
 * Charts that it holds packed are unpacked as well, as if they lay beside: `charts/jupyterhub-4.4.0.tgz/values.yaml`.
 * @throws {ConfigError} `chart-too-large`
 */
export async function unpackChart(file: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  await unpackInto(files, createReadStream(file), "", { bytes: 0, file }, 0);
  return files;
}

async function unpackInto(
  files: Map<string, Buffer>,
  archive: Readable,
  prefix: string,
  budget: { bytes: number; file: string },
  depth: number,
): Promise<void> {
  const inner: [string, Buffer][] = [];
  await readArchive(archive, budget, (path, content) => {
    if (path.endsWith(".tgz")) inner.push([path, content]);
    else files.set(`${prefix}${path}`, content);
  });
  if (depth >= DEPTH_LIMIT) return;
  for (const [path, content] of inner) await unpackInto(files, Readable.from([content]), `${prefix}${path}/`, budget, depth + 1);
}

async function readArchive(
  archive: Readable,
  budget: { bytes: number; file: string },
  add: (path: string, content: Buffer) => void,
): Promise<void> {
  const parser = new Parser({
    onReadEntry(entry: ReadEntry) {
      const path = entry.path.split("/").slice(1).join("/");
      if (entry.type !== "File" || !WANTED.test(path)) return void entry.resume();
      budget.bytes += entry.size;
      if (entry.size > FILE_LIMIT_BYTES || budget.bytes > TOTAL_LIMIT_BYTES) return void parser.abort(tooLarge(budget.file));
      const chunks: Buffer[] = [];
      entry.on("data", (chunk: Buffer) => void chunks.push(chunk));
      entry.on("end", () => add(path, Buffer.concat(chunks)));
    },
  });
  await pipeline(archive, parser);
}

function tooLarge(file: string): ConfigError {
  return new ConfigError({
    code: "chart-too-large",
    what: "A chart's values or their schema are too large to be read.",
    why: `Campanile reads ${FILE_LIMIT_BYTES / 1024 / 1024} MiB a file and ${TOTAL_LIMIT_BYTES / 1024 / 1024} MiB in all, of ${file.split("/").at(-1)}.`,
    fix: "Pin a chart without such files.",
  });
}
