import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { inSeconds, type Narrator } from "./narrator.ts";

const LOOK_AGAIN_MS = 200;
const MARKS: Readonly<Record<string, string>> = { works: "✓", broken: "✗", "could-not-tell": "?" };

/** What Campanile's log has for each step of a student's journey that ended. */
const stepLine = z.object({
  msg: z.literal("a step of a student's journey"),
  release: z.string(),
  title: z.string(),
  outcome: z.string(),
  latencyMs: z.number(),
});

/** Tells each step of the journeys that Campanile plays, by its log, until the signal ends it. What the log has already is not told. */
export async function followJourneys(logFile: string, narrator: Narrator, signal: AbortSignal): Promise<void> {
  await using file = await open(logFile);
  let position = (await file.stat()).size;
  let begun = "";
  while (!signal.aborted) {
    const { bytesRead, buffer } = await file.read({ position });
    position += bytesRead;
    const [last = "", ...ended] = (begun + buffer.toString("utf8", 0, bytesRead)).split("\n").reverse();
    begun = last;
    for (const line of ended.reverse()) tellStep(line, narrator);
    if (bytesRead === 0) await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

function tellStep(line: string, narrator: Narrator): void {
  const step = stepLine.safeParse(parseJson(line)).data;
  const mark = step && MARKS[step.outcome];
  // What nobody asked for has no mark.
  if (!step || mark === undefined) return;
  narrator.line("Student", `${mark} ${step.release}: ${step.title}, in ${inSeconds(step.latencyMs)}`);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
