import { describe, expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { ALL_RULES } from "../../app/validate/all-rules.ts";
import { type FleetView, fleetView } from "../../app/validate/fleet-view.ts";
import type { Example } from "../../app/validate/rule.ts";
import { validate } from "../../app/validate/validate.ts";
import { readFolder, treeOf } from "../load/config-trees.ts";

const SHA = "5".repeat(40);
const DIGEST = `sha256:${"a".repeat(64)}`;

/** A fleet of one hub that is in order, with the example's files in it. */
async function viewOf({ common = "{}", staging = "{}", prod = "{}", chartVersion = "1.0.0" }: Example): Promise<FleetView> {
  const pins = `hub: { chart: hub, version: "${chartVersion}", digest: "${DIGEST}" }
image: { name: "registry.example/user", tag: "1", digest: "${DIGEST}" }
`;
  const { fleet, findings, placeOfValue } = await loadFleet(
    treeOf({
      "campanile.yaml": `title: Courses
clusters: { courses: { context: courses, kubernetesVersion: 1.36.3 } }
environments: [{ name: staging }, { name: prod }]
charts: { hub: "https://charts.example/" }
`,
      "hubs/data8/hub.yaml": `title: Data 8
owners: [ada]
environments:
  staging: { url: "https://data8-staging.courses.example" }
  prod: { url: "https://data8.courses.example" }
`,
      "hubs/data8/pins/staging.yaml": pins,
      "hubs/data8/pins/prod.yaml": pins,
      "hubs/data8/values/common.yaml": common,
      "hubs/data8/values/staging.yaml": staging,
      "hubs/data8/values/prod.yaml": prod,
    }),
    SHA,
  );
  expect(findings).toEqual([]);
  if (!fleet) throw new Error("the example is no fleet");
  return fleetView(fleet, placeOfValue);
}

describe.each(ALL_RULES.map((rule) => [rule.code, rule] as const))("%s", (code, { example }) => {
  const baseOf = async () => (example.base ? viewOf(example.base) : undefined);

  test("finds the example that fails, on a line of a file that is there", async () => {
    const findings = validate({ base: await baseOf(), head: await viewOf(example.fails) });
    const own = findings.filter((finding) => finding.code === code);
    expect(own.length).toBeGreaterThan(0);
    for (const { at, what } of own) {
      expect(at.file).toMatch(/^hubs\/data8\//);
      expect(what).toMatch(/It concerns data8-/);
    }
  });

  test("says nothing of the example that passes", async () => {
    const findings = validate({ base: await baseOf(), head: await viewOf(example.passes) });
    expect(findings.filter((finding) => finding.code === code)).toEqual([]);
  });
});

test("every rule has a code of its own, in the form that waivers and links use", () => {
  const codes = ALL_RULES.map((rule) => rule.code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test("the sample fleet is in order", async () => {
  const { fleet, placeOfValue } = await loadFleet(treeOf(await readFolder(SAMPLE_FLEET_FOLDER)), SHA);
  if (!fleet) throw new Error("the sample is no fleet");
  const view = fleetView(fleet, placeOfValue);
  expect(validate({ base: view, head: view })).toEqual([]);
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
  expect(parse(shared.toString())).toBeDefined();
});
