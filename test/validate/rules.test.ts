import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import type { Finding } from "../../app/domain/finding.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { ALL_RULES } from "../../app/validate/all-rules.ts";
import { fleetView } from "../../app/validate/fleet-view.ts";
import type { Example, RuleText } from "../../app/validate/rule.ts";
import { validate } from "../../app/validate/validate.ts";
import { WAIVER_EXPIRED, WAIVER_UNUSED } from "../../app/validate/waivers.ts";
import { readFolder, treeOf } from "../load/config-trees.ts";
import { commitsOf, exampleChart, viewOf } from "./example-fleet.ts";

const SHA = "5".repeat(40);
const TODAY = new Date("2026-11-25");

async function judge({ base }: RuleText["example"], head: Example): Promise<Finding[]> {
  return validate({
    base: base ? await viewOf(base) : undefined,
    head: await viewOf(head),
    title: head.title,
    commits: commitsOf(head),
    today: TODAY,
  });
}

const EVERY: readonly RuleText[] = [...ALL_RULES, WAIVER_EXPIRED, WAIVER_UNUSED];

describe.each(EVERY.map((rule) => [rule.code, rule] as const))("%s", (code, { example, severity }) => {
  test("finds the example that fails, on a line of a file that is there", async () => {
    const own = (await judge(example, example.fails)).filter((finding) => finding.code === code);
    expect(own.length).toBeGreaterThan(0);
    expect(own.map((finding) => finding.severity)).toContain(severity);
    for (const { at, what } of own) {
      expect(at.line).toBeGreaterThan(0);
      if (/^hubs\/data8\/(values|pins)/.test(at.file)) expect(what).toMatch(/It concerns data8-|commit/);
    }
  });

  test("says nothing of the example that passes", async () => {
    const own = (await judge(example, example.passes)).filter((finding) => finding.code === code);
    expect(own).toEqual([]);
  });
});

test("every rule has a code of its own, in the form that waivers and links use", () => {
  const codes = EVERY.map((rule) => rule.code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test("the sample fleet is in order", async () => {
  const files = await readFolder(SAMPLE_FLEET_FOLDER);
  const { fleet, placeOfValue } = await loadFleet(treeOf(files), SHA);
  if (!fleet) throw new Error("the sample is no fleet");
  const chart = await exampleChart("4.4.0");
  const charts = new Map(fleet.hubs.flatMap((hub) => hub.environments.map(({ pins }) => [pins.hub.digest, chart] as const)));
  const view = fleetView(fleet, placeOfValue, { charts, texts: new Map(Object.entries(files)) });
  expect(validate({ base: view, head: view, today: TODAY })).toEqual([]);
  expect(validate({ base: undefined, head: fleetView(fleet, placeOfValue), today: TODAY })).toEqual([]);
});

test("a fault of a shared file is one finding that names the releases it hits", async () => {
  const sample = await readFolder(SAMPLE_FLEET_FOLDER);
  const shared = parseDocument(sample["values/common.yaml"] ?? "", { version: "1.1" });
  shared.setIn(["jupyterhub", "proxy", "chp", "image"], { name: "example/proxy", tag: "latest" });
  const { fleet, placeOfValue } = await loadFleet(treeOf({ ...sample, "values/common.yaml": shared.toString() }), SHA);
  if (!fleet) throw new Error("the sample is no fleet");
  const found = validate({ base: undefined, head: fleetView(fleet, placeOfValue) });
  expect(found.map(({ code, at }) => [code, at.file])).toEqual([["moving-tag", "values/common.yaml"]]);
  const line =
    shared
      .toString()
      .split("\n")
      .findIndex((text) => text.includes("tag: latest")) + 1;
  expect(found[0]?.at.line).toBe(line);
  expect(found[0]?.what).toContain("data100-staging, data100-prod, data8-staging, data8-prod, prob140-staging, prob140-prod");
});

test("what was wrong before a change does not stop it, but is told; what the change adds does", async () => {
  const old = { common: "jupyterhub: { singleuser: { memory: { limit: 2Gi } } }" };
  const more = { ...old, prod: "jupyterhub: { singleuser: { cpu: { guarantee: 4, limit: 2 } } }" };
  const found = validate({ base: await viewOf(old), head: await viewOf(more), today: TODAY });
  expect(found.map(({ code, severity }) => [code, severity])).toEqual([
    ["cpu-guarantee", "block"],
    ["memory-unit", "warn"],
  ]);
  expect(found[1]?.what).toMatch(/It was so before this change\.$/);
});

test("a waiver of the base lets through what it covers and nothing else", async () => {
  const waived = { files: { "campanile.yaml": WAIVED } };
  const fault = "jupyterhub: { singleuser: { cpu: { guarantee: 4, limit: 2 } } }";
  const judgeIn = async (environment: "staging" | "prod") =>
    validate({ base: await viewOf(waived), head: await viewOf({ ...waived, [environment]: fault }), today: TODAY });
  expect(await judgeIn("staging")).toEqual([]);
  expect((await judgeIn("prod")).map(({ code, severity }) => [code, severity])).toEqual([
    ["cpu-guarantee", "block"],
    ["waiver-unused", "info"],
  ]);
});

test("a waiver for a rule that there is not is told with the one that was meant", async () => {
  const misspelt = await viewOf({ files: { "campanile.yaml": WAIVED.replace("cpu-guarantee", "cpu-guarantees") } });
  const [found, ...others] = validate({ base: undefined, head: misspelt, today: TODAY });
  expect(found).toMatchObject({
    code: "waiver-unused",
    fix: 'Did you mean "cpu-guarantee"?',
    at: { file: "campanile.yaml", line: 5 },
  });
  expect(others).toEqual([]);
});

test("a pull request cannot waive what it does itself", async () => {
  const head = await viewOf({
    files: { "campanile.yaml": WAIVED },
    staging: "jupyterhub: { singleuser: { cpu: { guarantee: 4, limit: 2 } } }",
  });
  const found = validate({ base: await viewOf({}), head, today: TODAY });
  expect(found.map(({ code, severity }) => [code, severity])).toEqual([["cpu-guarantee", "block"]]);
});

const WAIVED = `title: Courses
clusters: { courses: { context: courses, kubernetesVersion: 1.36.3 } }
environments: [{ name: staging }, { name: prod }]
charts: { hub: "https://charts.example/" }
waivers: [{ code: cpu-guarantee, scope: { hub: data8, environment: staging }, reason: a trial, owner: ada, expires: 2026-12-31 }]
`;
