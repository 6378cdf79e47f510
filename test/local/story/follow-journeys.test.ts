import { appendFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { followJourneys } from "../../../app/local/story/follow-journeys.ts";
import { createNarrator } from "../../../app/local/story/narrator.ts";
import { until } from "../../world/until.ts";
import { makeFolder } from "../world/make-folder.ts";

const step = (title: string, outcome: string, latencyMs: number) =>
  JSON.stringify({ msg: "a step of a student's journey", release: "data8-staging", title, outcome, latencyMs });

test("each step of a journey is told once it has ended, with what it took; nothing that went before, and nothing that nobody asked for", async () => {
  const { dir, remove } = await makeFolder();
  onTestFinished(remove);
  const log = path.join(dir, "campanile.log");
  await writeFile(log, `${step("The hub answers", "works", 70)}\n`);
  const lines: string[] = [];
  const ended = new AbortController();
  const following = followJourneys(
    log,
    createNarrator((text) => lines.push(text)),
    ended.signal,
  );
  await until(
    "the follower reads on",
    async () => {
      await appendFile(log, `not JSON\n{"msg":"delivery"}\n${step("A click leads to the login", "works", 20)}\n`);
      return lines.length > 0;
    },
    { intervalMs: 100 },
  );
  const told = lines.length;
  const server = step("A server starts", "broken", 13_142);
  await appendFile(log, `${step("The grader grades", "not-asked", 0)}\n${server.slice(0, 40)}`);
  await appendFile(log, `${server.slice(40)}\n`);
  await until("the last step is told", async () => lines.length > told);
  ended.abort();
  await following;
  expect(lines.join("")).not.toMatch(/The hub answers|grader/);
  expect(lines.at(-1)).toMatch(/ s {2}Student {4} ✗ data8-staging: A server starts, in 13\.1 s\n$/);
});
