import { pino } from "pino";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { type LooksAfter, meterPredictions } from "../../../app/adapters/metrics/predictions.ts";

const LEFT = ["Deployment data8-staging/hub changed spec.replicas"];

type Find = Parameters<LooksAfter>[1];

const FINDS: [title: string, find: Find, asForetold: string, warnings: number][] = [
  ["nothing is left", async () => [], "yes", 0],
  ["something is left", async () => LEFT, "no", 1],
  ["the cluster cannot say", async () => undefined, "unknown", 0],
  ["the look fails", () => Promise.reject(new Error("gone")), "unknown", 1],
  ["the look takes too long", () => Promise.withResolvers<string[]>().promise, "unknown", 0],
];

test.each(FINDS)("when %s the rollout is counted, and goes on", async (_title, find, asForetold, warnings) => {
  const registry = new Registry();
  const lines: { left?: string[] }[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const lookAfter = meterPredictions(registry, log, 50);
  await lookAfter("data8-staging", find);
  expect(await registry.metrics()).toContain(
    `campanile_rollouts_looked_after_total{release="data8-staging",as_foretold="${asForetold}"} 1\n`,
  );
  expect(lines).toHaveLength(warnings);
  if (asForetold === "no") expect(lines[0]?.left).toEqual(LEFT);
});
