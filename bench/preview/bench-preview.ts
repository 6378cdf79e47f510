import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { createControlClient } from "../../app/local/github/control-client.ts";
import type { JournalEntry } from "../../app/local/github/state/journal.ts";
import { startKeeper } from "../../app/local/world/keep-processes.ts";
import { createPerson, type Person } from "../../app/local/world/person.ts";
import { startInstitution } from "../../app/local/world/start-institution.ts";
import { startWorld } from "../../app/local/world/start-world.ts";
import type { Bench } from "../bench.ts";
import { percentile } from "../percentile.ts";

const PULL_REQUESTS = 20;
const VALUES = "hubs/data8/values/prod.yaml";

/** Each pull request costs ten writes, of which GitHub takes 80 a minute: sooner, Campanile would wait for GitHub. */
const PAUSE_MS = 9_000;

/**
 * How long people wait for a pull request's answer, through the real entry point: Campanile in its own process, warm, in a world with
 * nothing else to do. Each pull request changes one hub in one environment that is deployed. From the webhook, as GitHub sends it.
 */
export const benchPreview: Bench = async (say) => {
  const dir = await mkdtemp(path.join(tmpdir(), "campanile-bench-"));
  const keeper = startKeeper();
  const onCrash = (message: string) => process.stderr.write(`${message}\n`);
  const world = await startWorld({ dir, node: "simulated", keeper, onCrash });
  try {
    const institution = await startInstitution(world, { owner: "berkeley", appId: 8, keeper, onCrash });
    await institution.campanile.start();
    const person = createPerson(world, institution);
    say("the sample's hubs are deployed");
    await person.waitForCheck(await person.push("Describe our hubs", { "NOTES.md": "Deployed.\n" }), "campanile / deploy");

    const before = await person.readFile(VALUES);
    const waits: Waits[] = [];
    const control = createControlClient(world.github.apiUrl);
    for (let count = 0; count <= PULL_REQUESTS; count++) {
      const title = `Data 8: ${count + 65} servers may start at once`;
      const { headSha } = await person.openPullRequest(title, { [VALUES]: withSpawnLimit(before, count + 65) });
      await expectSuccess(person, headSha);
      await sleep(PAUSE_MS);
      // The first finds nothing warm.
      if (count > 0) waits.push(waitsIn((await control.journal({})).entries, headSha));
    }
    const p95 = (of: keyof Waits) =>
      percentile(
        waits.map((wait) => wait[of]),
        95,
      );
    const median = (of: keyof Waits) =>
      percentile(
        waits.map((wait) => wait[of]),
        50,
      );
    return [
      {
        key: "firstSignalP50Ms",
        what: "from the webhook to the first check in progress, median",
        value: median("firstMs"),
        unit: "ms",
      },
      { key: "firstSignalP95Ms", what: "the same, 95 of 100", value: p95("firstMs"), unit: "ms", target: 2_000 },
      { key: "verdictP50Ms", what: "from the webhook to the verdict on one hub, median", value: median("verdictMs"), unit: "ms" },
      { key: "verdictP95Ms", what: "the same, 95 of 100", value: p95("verdictMs"), unit: "ms", target: 5_000 },
    ];
  } finally {
    await world.stop();
    await rm(dir, { recursive: true, force: true });
  }
};

const withSpawnLimit = (text: string, limit: number) =>
  text.replace(/concurrentSpawnLimit: \d+/, `concurrentSpawnLimit: ${limit}`);

async function expectSuccess(person: Person, sha: string): Promise<void> {
  const { conclusion, summary } = await person.waitForCheck(sha, "campanile");
  if (conclusion !== "success") throw new Error(`the pull request was judged ${conclusion}: ${summary}`);
}

interface Waits {
  firstMs: number;
  verdictMs: number;
}

/** What GitHub itself has noted, in the words of its webhooks. */
const openedSchema = z.object({ pull_request: z.object({ head: z.object({ sha: z.string() }) }) });
const checkSchema = z.object({ check_run: z.object({ name: z.string(), head_sha: z.string() }) });

function waitsIn(entries: readonly JournalEntry[], headSha: string): Waits {
  const first = (name: string, isIt: (details: unknown) => boolean) => {
    const entry = entries.find((each) => each.name === name && isIt(each.details));
    if (!entry) throw new Error(`GitHub noted no ${name} for ${headSha}`);
    return Date.parse(entry.at);
  };
  const checkOf = (details: unknown) => checkSchema.safeParse(details).data?.check_run;
  const openedMs = first("pull_request.opened", (each) => openedSchema.safeParse(each).data?.pull_request.head.sha === headSha);
  const isVerdict = (each: unknown) => checkOf(each)?.head_sha === headSha && checkOf(each)?.name === "campanile";
  return {
    firstMs: first("check_run.created", (each) => checkOf(each)?.head_sha === headSha) - openedMs,
    verdictMs: first("check_run.completed", isVerdict) - openedMs,
  };
}
