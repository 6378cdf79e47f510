import { expect, test } from "vitest";
import { ClusterError } from "../../app/domain/errors.ts";
import { NoAnswer } from "../../app/domain/hub-errors.ts";
import type { LooksAtHub } from "../../app/journey/ports.ts";
import { type JourneyRequest, playReleaseJourney } from "../../app/pipeline/play-release-journey.ts";
import { calendar, event } from "../load/calendar/ics.ts";
import { treeOf } from "../load/config-trees.ts";
import { exampleFiles } from "../validate/example-fleet.ts";

const away = new ClusterError({
  code: "away",
  what: "It is away.",
  why: "It was taken away.",
  fix: "Bring it back.",
  canRetry: true,
});

const NOTHING_THERE: LooksAtHub = {
  hasToken: async () => true,
  look: async () => ({ hub: undefined, proxy: undefined, server: undefined }),
  countSharers: async () => 0,
  fetchLog: async () => "",
};

const MIDTERM = calendar(event("SUMMARY:Midterm 1", "CATEGORIES:EXAM", "DTSTART:20261015T020000Z", "DTEND:20261015T040000Z"));
const SHA = "a".repeat(40);
const REQUEST: JourneyRequest = {
  source: { repository: "berkeley/deploy-config", installationId: 1, defaultBranch: "main" },
  sha: SHA,
  releaseId: "data8-prod",
  kubeContext: "courses",
  namespace: "data8-prod",
  environment: "prod",
};

/** Plays through a hub whose address another program has. @returns the answer, and what was done in order */
async function play(
  now: string,
  request: Partial<JourneyRequest> = {},
  filesOf = (_sha: string): Record<string, string> => ({}),
) {
  const order: string[] = [];
  const answer = await playReleaseJourney(
    {
      now: () => new Date(now),
      fetchCommits: async () => {},
      openTree: async (_source, sha) => treeOf(exampleFiles({ files: filesOf(sha) })),
      async learnSecrets(_source, sha, releaseId) {
        await Promise.resolve();
        order.push(`secrets of ${releaseId} at ${sha}`);
      },
      readChart: async () => {
        throw away;
      },
      openHub(_plan, { namespace }) {
        order.push(`hub in ${namespace}`);
        return {
          hub: {
            // One that does not answer is waited for.
            ask: async () => ({ status: 200, location: undefined, contentType: "text/plain", text: "It works!" }),
            follow: () => {
              throw new NoAnswer("connection refused");
            },
            openKernel: () => Promise.reject(new NoAnswer("connection refused")),
          },
          cluster: NOTHING_THERE,
          lookAs: () => NOTHING_THERE,
          git: { fetchHead: async () => ({ kind: "no-answer", why: "nobody asks" }) },
          redact: (text) => text,
          player: { journey: "this one", host: "here", pid: 1, startedAt: "2026-11-26T10:00:00.000Z" },
          isPlaying: () => false,
        };
      },
      noteStep: (_releaseId, { step, outcome }) => void order.push(`${step} ${outcome.kind}`),
      recordJourney: async (repository, deployId, { outcome }) => void order.push(`${repository} ${deployId} ${outcome}`),
    },
    { ...REQUEST, ...request },
  );
  return { answer, order };
}

test("whatever the release encrypts is known before its hub is looked at, and what was seen is kept with the repository", async () => {
  const { answer, order } = await play("2026-11-26T10:00:00Z");
  expect(answer).toMatchObject({ kind: "played", report: { outcome: "broken" } });
  expect(order.slice(0, 3)).toEqual([`secrets of data8-prod at ${SHA}`, "hub in data8-prod", "hub broken"]);
  expect(order.at(-1)).toBe("berkeley/deploy-config undefined broken");
});

test("while students sit an exam nothing of the hub is touched, and which exam it is is the answer", async () => {
  const withMidterm = () => ({ "calendars/data8.ics": MIDTERM });
  const during = await play("2026-10-15T01:30:00Z", {}, withMidterm);
  expect(during.order).toEqual([]);
  expect(during.answer).toEqual({
    kind: "exam",
    exam: { summary: "Midterm 1", endsAt: "2026-10-15T04:00:00.000Z", file: "calendars/data8.ics", line: 4 },
  });
  expect((await play("2026-10-15T04:00:00Z", {}, withMidterm)).answer.kind).toBe("played");
  const staging = { releaseId: "data8-staging", environment: "staging" };
  expect((await play("2026-10-15T01:30:00Z", staging, withMidterm)).answer.kind).toBe("played");
});

test("an exam is where the newest commit has it, and where the deployed one had it if the newest has faults", async () => {
  const newer = { journeySha: "b".repeat(40) };
  const at = async (files: Record<string, string>, older: Record<string, string>) =>
    (await play("2026-10-15T01:30:00Z", newer, (sha) => (sha === SHA ? older : files))).answer.kind;
  expect(await at({ "calendars/data8.ics": MIDTERM }, {})).toBe("exam");
  expect(await at({}, { "calendars/data8.ics": MIDTERM })).toBe("played");
  expect(await at({ "calendars/data8.ics": "no calendar" }, { "calendars/data8.ics": MIDTERM })).toBe("exam");
});
