import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inject, onTestFinished } from "vitest";

export interface RecordedHelm {
  /** For `CAMPANILE_HELM`: the world's Helm, which writes down how it was called before it does its work. */
  binary: string;
  /** Helm's subcommands so far, oldest first: `version`, `template`, `upgrade`. */
  commands(): Promise<string[]>;
}

/** Lets a test see from outside whether Campanile ran Helm at all. */
export async function recordHelm(): Promise<RecordedHelm> {
  const helm = inject("world").tools.helm ?? "helm";
  const dir = await mkdtemp(path.join(tmpdir(), "campanile-helm-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const [binary, log] = [path.join(dir, "helm"), path.join(dir, "commands")];
  await writeFile(log, "");
  await writeFile(binary, `#!/bin/sh\necho "$1" >>"${log}"\nexec "${helm}" "$@"\n`);
  await chmod(binary, 0o755);
  return { binary, commands: async () => (await readFile(log, "utf8")).split("\n").filter(Boolean) };
}
