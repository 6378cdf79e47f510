import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ConfigError } from "../../domain/errors.ts";

/** What became of each file, by its path below the folder. */
export interface Written {
  created: string[];
  replaced: string[];
  /** They were there already, with these very bytes. */
  same: string[];
  /** They were there with another content, and still are. */
  kept: string[];
}

/** What becomes of a file that is there with another content; `stop` writes nothing at all. */
export type WhenOther = "replace" | "keep" | "stop";

/**
 * Puts files into a folder, all of them or none. A run that was killed half-way can be run again: what it wrote is then the same.
 * @throws {ConfigError} `files-in-the-way` or `cannot-write`; the folder is then as it was
 */
export async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
  whenOther: (file: string) => WhenOther,
): Promise<Written> {
  const found = await Promise.all(
    [...files].map(async ([file, text]) => ({ file, text, state: await stateOf(path.join(folder, file), text) })),
  );
  const others = (wanted: WhenOther) =>
    found.flatMap(({ file, state }) => (state === "other" && whenOther(file) === wanted ? [file] : []));
  const inTheWay = others("stop");
  if (inTheWay.length > 0) throw filesInTheWay(folder, inTheWay);
  const filesThatAre = (wanted: FileState) => found.flatMap(({ file, state }) => (state === wanted ? [file] : []));
  const written = {
    created: filesThatAre("absent"),
    replaced: others("replace"),
    same: filesThatAre("same"),
    kept: others("keep"),
  };
  const changed = new Map([...files].filter(([file]) => written.created.includes(file) || written.replaced.includes(file)));
  if (changed.size > 0) await writeAllOrNone(folder, changed, written.created);
  return written;
}

type FileState = "absent" | "same" | "other";

async function stateOf(file: string, text: string): Promise<FileState> {
  try {
    return (await readFile(file)).equals(Buffer.from(text)) ? "same" : "other";
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT") return "absent";
    // A folder where the file should be, or a file where one of its folders should be.
    if (code === "EISDIR" || code === "ENOTDIR") return "other";
    throw cannotWrite(file, error);
  }
}

/** Everything that takes room is written beside its place first; what is left to fail are the moves, and those are undone. */
async function writeAllOrNone(folder: string, files: ReadonlyMap<string, string>, created: readonly string[]): Promise<void> {
  const undo: string[] = [];
  try {
    undo.push(...madeFolder(await mkdir(folder, { recursive: true })));
    const staging = await mkdtemp(path.join(folder, ".campanile-init-"));
    undo.push(staging);
    for (const [file, text] of files) {
      await mkdir(path.dirname(path.join(staging, file)), { recursive: true });
      await writeFile(path.join(staging, file), text);
    }
    for (const file of files.keys()) {
      const target = path.join(folder, file);
      undo.push(...madeFolder(await mkdir(path.dirname(target), { recursive: true })));
      await rename(path.join(staging, file), target);
      if (created.includes(file)) undo.push(target);
    }
    await rm(staging, { recursive: true });
  } catch (error) {
    for (const made of undo.reverse()) await rm(made, { recursive: true, force: true });
    throw cannotWrite(folder, error);
  }
}

/** @param topmost of the folders that had to be made, as `mkdir` tells it */
const madeFolder = (topmost: string | undefined) => (topmost === undefined ? [] : [topmost]);

function filesInTheWay(folder: string, files: readonly string[]): ConfigError {
  return new ConfigError({
    code: "files-in-the-way",
    what: `Nothing was written to ${folder}: ${files.length === 1 ? "a file is" : `${files.length} files are`} there already with another content.\n${files.map((file) => `  ${file}`).join("\n")}`,
    why: "Campanile does not overwrite what somebody may have written.",
    fix: "Move these files away, or give an empty folder and take over from it what you want.",
  });
}

function cannotWrite(place: string, error: unknown): ConfigError {
  return new ConfigError(
    {
      code: "cannot-write",
      what: `Nothing was written: ${place} cannot be used.`,
      why: `The system says ${systemCode(error)}.`,
      fix: "Make sure that it is a folder that you may write to, with room on its disk, and try again.",
    },
    { cause: error },
  );
}

function systemCode(error: unknown): string {
  if (!(error instanceof Error && "code" in error)) throw error;
  return String(error.code);
}
