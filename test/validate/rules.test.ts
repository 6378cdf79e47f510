import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import type { Finding } from "../../app/domain/finding.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { ALL_RULES } from "../../app/validate/all-rules.ts";
import { fleetView } from "../../app/validate/fleet-view.ts";
import type { Example, RuleText } from "../../app/validate/rule.ts";
import { validate } from "../../app/validate/validate.ts";
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

describe.each(ALL_RULES.map((rule) => [rule.code, rule] as const))("%s", (code, { example, severity }) => {
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
  const codes = ALL_RULES.map((rule) => rule.code);
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
