import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import type { FileChanges } from "../../app/local/world/person.ts";

/** A hub of the sample as the files of a pull request that brings it into a fleet; its secrets are readable by nobody. */
export async function sampleHub(name: string, folderName: string): Promise<FileChanges> {
  const folder = path.join(SAMPLE_FLEET_FOLDER, "hubs", name);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.map(async (file) => [
      `hubs/${folderName}/${path.relative(folder, file).split(path.sep).join("/")}`,
      await readFile(file, "utf8"),
    ]),
  );
  return Object.fromEntries(texts);
}
