import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect } from "vitest";
import type { JourneyReport, StepName } from "../../app/journey/journey.ts";
import { makeFolder } from "../local/world/make-folder.ts";
import { type JourneyHub, openJourneyHub, type Verification } from "./journey-hub.ts";
import { type RunningRealWorld, runRealWorld } from "./run-real-world.ts";
import { FIRST_START_LIMIT_MS } from "./where-possible.ts";

/** A hub on a real node, and `campanile verify` as a person uses it; there for all tests of the suite that calls this. */
export function useJourneyHub({ chartFolder }: { chartFolder?: string } = {}) {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let world: RunningRealWorld;
  let hub: JourneyHub;

  beforeAll(async () => {
    folder = await makeFolder();
    world = await runRealWorld(path.join(folder.dir, "world"));
    hub = await openJourneyHub(world, chartFolder);
  }, FIRST_START_LIMIT_MS);
  afterAll(async () => {
    await hub?.stop();
    world?.signal("SIGTERM");
    await world?.ended;
    await folder.remove();
  });

  return {
    world: () => world,
    hub: () => hub,

    async play(...args: readonly string[]): Promise<{ report: JourneyReport; exitCode: number | undefined }> {
      const { stdout, stderr, exitCode } = await hub.verify("--format", "json", ...args);
      if (stdout === "") throw new Error(`campanile verify said nothing: ${stderr}`);
      return { report: JSON.parse(stdout), exitCode };
    },

    /** Whatever a journey met, it leaves nothing. */
    async expectNothingLeft(): Promise<void> {
      const pods = await hub.core.listNamespacedPod({ namespace: hub.namespace, labelSelector: "component=singleuser-server" });
      expect(pods.items.map(({ metadata }) => metadata?.name)).toEqual([]);
    },
  };
}

export const outcomesOf = ({ steps }: JourneyReport) => steps.map(({ step, outcome }) => `${step} ${outcome.kind}`);

/** Of a hub whose servers have one image. */
export const EVERY_STEP_WORKS = [
  "hub works",
  "login works",
  "server works",
  "kernel works",
  "content works",
  "notebook works",
  "restart works",
  "classmate works",
  "grader works",
  "profiles not-asked",
  "clean-up works",
];

export const outcomeOf = ({ steps }: JourneyReport, name: StepName) => steps.find(({ step }) => step === name)?.outcome;

/** What is printed when a step is about to begin. */
export const STEP_BEFORE = {
  server: "A click leads to the login",
  kernel: "A server starts",
  content: "A kernel runs and imports",
  notebook: "The course's link pulls",
  restart: "The notebook opens and runs",
};

/** Resolves when the step before is told, and the next one is under way. */
export async function begun({ stdout }: Verification, title: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let told = "";
  stdout.on("data", (chunk: Buffer) => {
    told += chunk.toString();
    if (told.includes(title)) resolve();
  });
  stdout.once("end", () => reject(new Error(`the journey ended before "${title}" was told:\n${told}`)));
  await promise;
  await pause(MIDDLE_MS);
}

/** Somewhere in the middle of a step: none of these takes less. */
const MIDDLE_MS = 700;
