import { expect, test } from "vitest";
import type { JourneyAnswer } from "../../app/journey/journey.ts";
import type { DueJourney, DurableWork } from "../../app/pipeline/durable-work.ts";
import { beginDueJourneys, playDueJourney, type ScheduledJourneysPorts } from "../../app/pipeline/scheduled-journeys.ts";
import { calendar, event } from "../load/calendar/ics.ts";
import { treeOf } from "../load/config-trees.ts";
import { journeyReport } from "../rollout/memory-cluster.ts";
import { exampleFiles } from "../validate/example-fleet.ts";

const SHA = "a".repeat(40);
const SOURCE = { repository: "berkeley/deploy-config", installationId: 1, defaultBranch: "main" };
const HUB = exampleFiles({})["hubs/data8/hub.yaml"];
const NIGHTLY = 'journey: { imports: [numpy], schedule: { cron: ["30 1 * * *"], timeZone: Etc/UTC } }\n';
/** From 2:00 to 4:00 UTC, and so from 1:00 on. */
const midterm = (start: string, end: string) =>
  calendar(event("SUMMARY:Midterm 1", "CATEGORIES:EXAM", `DTSTART:20261015T${start}Z`, `DTEND:20261015T${end}Z`));

/** A fleet of which data8 has a journey each night at half past one. */
function openWorld({ exam, answer }: { exam?: string; answer?: JourneyAnswer }) {
  const begun: DueJourney[] = [];
  const told: string[] = [];
  const state = { now: new Date("2026-10-15T00:00:00Z"), played: 0 };
  const files = exampleFiles({
    files: { "hubs/data8/hub.yaml": `${HUB}${NIGHTLY}`, ...(exam === undefined ? {} : { "calendars/data8.ics": exam }) },
  });
  const refuse = async () => {
    throw new Error("nobody asked for this");
  };
  const work: DurableWork = {
    id: "journey/1",
    step: async (_name, run) => JSON.parse(JSON.stringify((await run()) ?? null)),
    sleepSeconds: refuse,
    untilSuperseded: refuse,
    deployHubs: refuse,
    rollOut: refuse,
    beginJourneys: async (journeys) => void begun.push(...journeys),
  };
  const ports: ScheduledJourneysPorts = {
    helmVersion: "4.2.4",
    now: () => state.now,
    fetchCommits: async () => {},
    openTree: async () => treeOf(files),
    async playJourney() {
      state.played++;
      return answer ?? { kind: "played", report: journeyReport("works") };
    },
    findSource: async () => SOURCE,
    fetchBranchHead: async () => SHA,
    fetchRevisions: async () => [
      { revision: 3, status: "deployed", bundleDigest: undefined, sha: SHA, createdAt: "2026-10-01T00:00:00Z" },
    ],
    findMovingReleases: async () => new Set(),
    findLastJourneys: async () => new Map(),
    async addCheck({ name }, conclusion) {
      told.push(`${name}: ${conclusion}`);
      return "https://github.example/runs/1";
    },
    findOpenIssue: async () => undefined,
    openIssue: refuse,
    updateIssue: refuse,
    closeIssue: refuse,
    ensureIssueComment: refuse,
  };
  /** What is begun when the clock shows this. */
  async function look(now: string): Promise<string[]> {
    state.now = new Date(now);
    begun.length = 0;
    await beginDueJourneys(work, ports);
    return begun.map(({ request, dueAt }) => `${request.releaseId} of ${dueAt.slice(0, 16)}`);
  }
  return { work, ports, look, told, state };
}

test("a journey that is due during an exam is not begun on the hub that students use, and on staging it is", async () => {
  const { look } = openWorld({ exam: midterm("020000", "040000") });
  expect(await look("2026-10-15T01:31:00Z")).toEqual(["data8-staging of 2026-10-15T01:30"]);
  expect(await look("2026-10-15T04:01:00Z")).toEqual([]);
  expect(await look("2026-10-16T01:31:00Z")).toEqual(["data8-staging of 2026-10-16T01:30", "data8-prod of 2026-10-16T01:30"]);
});

test("one that is still due when the exam ends is begun then", async () => {
  const { look } = openWorld({ exam: midterm("010000", "020000") });
  expect(await look("2026-10-15T01:59:00Z")).toEqual(["data8-staging of 2026-10-15T01:30"]);
  expect(await look("2026-10-15T02:00:00Z")).toContain("data8-prod of 2026-10-15T01:30");
});

test("without an exam each is begun when it is due", async () => {
  const { look } = openWorld({});
  expect(await look("2026-10-15T01:31:00Z")).toEqual(["data8-staging of 2026-10-15T01:30", "data8-prod of 2026-10-15T01:30"]);
});

test("of a journey that was begun before an exam and comes to be played in it, nothing is told", async () => {
  const exam = { summary: "Midterm 1", endsAt: "2026-10-15T04:00:00.000Z", file: "calendars/data8.ics", line: 4 };
  const request = {
    source: SOURCE,
    sha: SHA,
    releaseId: "data8-prod",
    kubeContext: "courses",
    namespace: "data8-prod",
    environment: "prod",
  };
  const due = { request, dueAt: "2026-10-15T00:30:00.000Z" };
  const during = openWorld({ answer: { kind: "exam", exam } });
  await playDueJourney(during.work, during.ports, due);
  expect({ told: during.told, played: during.state.played }).toEqual({ told: [], played: 1 });
  const before = openWorld({});
  await playDueJourney(before.work, before.ports, due);
  expect(before.told).toEqual(["campanile / journey (data8-prod): success"]);
});
