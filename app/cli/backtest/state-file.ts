import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";
import type { Finding } from "../../domain/finding.ts";
import type { StateVerdict } from "./state-verdict.ts";

/** Verdicts that a backtest has reached, kept while it runs: one that is stopped goes on where it was. */
export interface StateFile {
  /** By the state's SHA. */
  known: ReadonlyMap<string, StateVerdict>;
  add(verdicts: readonly StateVerdict[]): Promise<void>;
}

const findingSchema = z.object({
  code: z.string(),
  severity: z.enum(["block", "warn", "info"]),
  what: z.string(),
  why: z.string(),
  fix: z.string(),
  at: z.object({ file: z.string(), line: z.number(), column: z.number().exactOptional() }),
});
const ids = z.array(z.string());
const verdictSchema = z.object({
  sha: z.string(),
  kind: z.enum(["none", "unjudged", "judged"]),
  files: ids,
  state: ids,
  step: ids,
});
/** A finding that stays for months is written once, and then named by its id. */
const lineSchema = z.union([z.object({ id: z.string(), finding: findingSchema }), verdictSchema]);

/** @param key whatever a verdict depends on besides the state: the repository, the folder in it, the rules */
export async function openStateFile(key: readonly string[]): Promise<StateFile> {
  const name = createHash("sha256").update(key.join("\0")).digest("hex").slice(0, 24);
  const file = path.join(cacheFolder(), "backtest", `${name}.jsonl`);
  const findings = new Map<string, Finding>();
  const known = readVerdicts(await readText(file), findings);
  return {
    known,
    async add(verdicts) {
      const lines: object[] = [];
      const idOf = (finding: Finding): string => {
        const id = createHash("sha256").update(JSON.stringify(finding)).digest("hex").slice(0, 20);
        if (!findings.has(id)) lines.push({ id, finding });
        findings.set(id, finding);
        return id;
      };
      const whole = verdicts.filter(({ couldNot = [] }) => couldNot.length === 0);
      for (const { sha, kind, files, state, step } of whole)
        lines.push({ sha, kind, files: files.map(idOf), state: state.map(idOf), step: step.map(idOf) });
      if (lines.length === 0) return;
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      // One write that begins a line of its own: what a killed run left half written spoils nothing else.
      await appendFile(file, `\n${lines.map((line) => JSON.stringify(line)).join("\n")}\n`, { mode: 0o600 });
    },
  };
}

async function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}

/** Lines that cannot be read, and verdicts that name a finding that is not there, are as if they had never been written. */
function readVerdicts(text: string, findings: Map<string, Finding>): Map<string, StateVerdict> {
  const known = new Map<string, StateVerdict>();
  for (const line of text.split("\n").filter(Boolean)) {
    const parsed = parseLine(line);
    if (parsed === undefined) continue;
    if ("id" in parsed) findings.set(parsed.id, parsed.finding);
    else {
      const verdict = verdictOf(parsed, findings);
      if (verdict) known.set(verdict.sha, verdict);
    }
  }
  return known;
}

function parseLine(line: string): z.output<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function verdictOf(
  { sha, kind, ...lists }: z.output<typeof verdictSchema>,
  findings: ReadonlyMap<string, Finding>,
): StateVerdict | undefined {
  const lost = [...lists.files, ...lists.state, ...lists.step].some((id) => !findings.has(id));
  const those = (list: readonly string[]) => list.flatMap((id) => findings.get(id) ?? []);
  return lost ? undefined : { sha, kind, files: those(lists.files), state: those(lists.state), step: those(lists.step) };
}

/** @see XDG Base Directory Specification: a relative path is to be ignored */
function cacheFolder(): string {
  const configured = process.env.XDG_CACHE_HOME ?? "";
  return path.join(path.isAbsolute(configured) ? configured : path.join(homedir(), ".cache"), "campanile");
}
