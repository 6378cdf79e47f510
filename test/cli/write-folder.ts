import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** Writes files, by their paths below the folder. */
export async function writeFolder(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    const full = path.join(folder, file);
    await mkdir(path.dirname(full), { recursive: true });
    await writeFile(full, text);
  }
}
