import { expect, test } from "vitest";
import type { Chart } from "../../app/domain/chart/chart.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { fleetView } from "../../app/validate/fleet-view.ts";
import { chartPinSplit } from "../../app/validate/rules/changes/chart-pin-split.ts";
import { validate } from "../../app/validate/validate.ts";
import { treeOf } from "../load/config-trees.ts";
import { exampleFiles } from "./example-fleet.ts";

const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;

/** The fleet with a pin of this version and digest, and the charts that could be read, by digit and version. */
async function viewOf(version: string, digit: string, charts: Record<string, string>) {
  const pin = `hub: { chart: hub, version: "${version}", digest: "${digestOf(digit)}" }\nimage: { name: registry.example/user, tag: "1", digest: "${digestOf("a")}" }\n`;
  const files = exampleFiles({ files: { "hubs/data8/pins/prod.yaml": pin } });
  const { fleet, placeOfValue } = await loadFleet(treeOf(files), "5".repeat(40));
  if (!fleet) throw new Error("the example is no fleet");
  const chart = (inside: string): Chart => ({ name: "hub", version: inside, values: {}, subcharts: [] });
  return fleetView(fleet, placeOfValue, {
    charts: new Map(Object.entries(charts).map(([each, inside]) => [digestOf(each), chart(inside)])),
  });
}

const cases: [string, [string, string], [string, string], Record<string, string>, string | undefined][] = [
  [
    "only the version moves",
    ["1.0.0", "b"],
    ["1.1.0", "b"],
    { b: "1.0.0" },
    "block: The pin says hub 1.1.0, and its digest is that of hub 1.0.0: 1.0.0 runs now, and nothing would change.",
  ],
  ["only the version moves, to what the chart always was", ["1.0.0", "b"], ["1.1.0", "b"], { b: "1.1.0" }, undefined],
  [
    "only the version moves, of a chart that nobody could read",
    ["1.0.0", "b"],
    ["1.1.0", "b"],
    {},
    "warn: The version of hub moves from 1.0.0 to 1.1.0, and the digest stays. The digest decides, so nothing would change.",
  ],
  [
    "only the digest moves, to another version",
    ["1.0.0", "b"],
    ["1.0.0", "c"],
    { b: "1.0.0", c: "1.1.0" },
    "block: The pin says hub 1.0.0, and its digest is that of hub 1.1.0: 1.1.0 is what would run.",
  ],
  [
    "only the digest moves, of a version that was replaced",
    ["1.0.0", "b"],
    ["1.0.0", "c"],
    { b: "1.0.0", c: "1.0.0" },
    "warn: hub 1.0.0 gets another digest",
  ],
  [
    "only the digest moves, of a chart that nobody could read",
    ["1.0.0", "b"],
    ["1.0.0", "c"],
    {},
    "warn: hub 1.0.0 gets another digest",
  ],
  ["both move", ["1.0.0", "b"], ["1.1.0", "c"], { b: "1.0.0", c: "1.1.0" }, undefined],
  [
    "both move, but not to the same chart",
    ["1.0.0", "b"],
    ["1.1.0", "c"],
    { b: "1.0.0", c: "1.2.0" },
    "block: The pin says hub 1.1.0, and its digest is that of hub 1.2.0: 1.2.0 is what would run.",
  ],
  ["both move, to a chart that nobody could read", ["1.0.0", "b"], ["1.1.0", "c"], {}, undefined],
  ["the version is spelt in another way", ["1.0.0", "b"], ["1.1.0", "c"], { c: "1.1.0+built.2" }, undefined],
  ["neither moves, and the chart says another version", ["1.0.0", "b"], ["1.0.0", "b"], { b: "1.1.0" }, undefined],
];
test.for(cases)("%s", async ([, before, after, charts, told]) => {
  const found = validate({ base: await viewOf(...before, charts), head: await viewOf(...after, charts) }).filter(
    ({ code }) => code === chartPinSplit.code,
  );
  const said = found.map(({ severity, what, at }) => [`${severity}: ${what}`, at.file]);
  expect(said).toEqual(told === undefined ? [] : [[expect.stringContaining(told), "hubs/data8/pins/prod.yaml"]]);
});
