import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { areaOf, judgeImport, judgePackage } from "./import-rules.ts";
import { type Import, readImports } from "./read-imports.ts";
import { runMain } from "./tool-error.ts";

export interface ImportFault {
  /** Relative to the project's root. */
  file: string;
  line: number;
  what: string;
  why: string;
}

/**
 * Checks which way imports point in `app/` and `tools/`, and that those that load code make no cycle.
 * @param root the project's folder
 * @returns every fault, by file and line
 */
export async function checkImports(root: string): Promise<ImportFault[]> {
  const modules = await readModules(root);
  const faults = [...modules].flatMap(([file, imports]) => imports.flatMap((found) => judge(file, found)));
  return [...faults, ...findCycles(modules)].sort((one, other) => one.file.localeCompare(other.file) || one.line - other.line);
}

async function readModules(root: string): Promise<Map<string, Import[]>> {
  const modules = new Map<string, Import[]>();
  for (const folder of ["app", "tools"]) {
    const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
      const file = path.join(entry.parentPath, entry.name);
      modules.set(path.relative(root, file).split(path.sep).join("/"), readImports(await readFile(file, "utf8")));
    }
  }
  return modules;
}

function judge(file: string, { specifier, kind, line }: Import): ImportFault[] {
  const target = targetOf(file, specifier);
  const from = areaOf(file);
  const why = target === undefined ? judgePackage(from, specifier, kind) : judgeImport(from, areaOf(target), kind);
  return why === undefined
    ? []
    : [{ file, line, what: `imports ${kind === "type" ? "types of " : ""}${target ?? specifier}`, why }];
}

/** @returns the imported file relative to the root, or nothing for a package */
function targetOf(file: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
}

/** Walks every chain of imports that load code. A chain that comes back to a file that it is still inside of is a cycle. */
function findCycles(modules: ReadonlyMap<string, readonly Import[]>): ImportFault[] {
  const faults: ImportFault[] = [];
  const done = new Set<string>();
  const chain: string[] = [];
  const visit = (file: string) => {
    chain.push(file);
    for (const { specifier, kind, line } of modules.get(file) ?? []) {
      const target = kind === "value" ? targetOf(file, specifier) : undefined;
      if (target === undefined || done.has(target)) continue;
      const start = chain.indexOf(target);
      if (start === -1) visit(target);
      else faults.push({ file, line, what: "closes a cycle of imports", why: [...chain.slice(start), target].join(" -> ") });
    }
    chain.pop();
    done.add(file);
  };
  for (const file of modules.keys()) if (!done.has(file)) visit(file);
  return faults;
}

async function main(): Promise<void> {
  const faults = await checkImports(path.dirname(import.meta.dirname));
  for (const { file, line, what, why } of faults) process.stdout.write(`${file}:${line} ${what}: ${why}\n`);
  process.stdout.write(faults.length === 0 ? "imports point the right way\n" : `${faults.length} imports point the wrong way\n`);
  if (faults.length > 0) process.exitCode = 1;
}

if (import.meta.main) await runMain(main);
