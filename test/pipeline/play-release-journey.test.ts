import { expect, test } from "vitest";
import { ClusterError } from "../../app/domain/errors.ts";
import { NoAnswer } from "../../app/domain/hub-errors.ts";
import type { LooksAtHub } from "../../app/journey/ports.ts";
import { playReleaseJourney } from "../../app/pipeline/play-release-journey.ts";
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

test("whatever the release encrypts is known before its hub is looked at, and what was seen is kept with the repository", async () => {
  const order: string[] = [];
  const report = await playReleaseJourney(
    {
      fetchCommits: async () => {},
      openTree: async () => treeOf(exampleFiles({})),
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
            ask: () => Promise.reject(new NoAnswer("connection refused")),
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
    {
      source: { repository: "berkeley/deploy-config", installationId: 1, defaultBranch: "main" },
      sha: "a".repeat(40),
      releaseId: "data8-prod",
      kubeContext: "courses",
      namespace: "data8-prod",
      environment: "prod",
    },
  );
  expect(report.outcome).toBe("broken");
  expect(order.slice(0, 3)).toEqual([`secrets of data8-prod at ${"a".repeat(40)}`, "hub in data8-prod", "hub broken"]);
  expect(order.at(-1)).toBe("berkeley/deploy-config undefined broken");
});
