import fc from "fast-check";
import sorted from "safe-stable-stringify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { matchesRange } from "../../../app/domain/chart/matches-range.ts";
import { releaseValues } from "../../../app/domain/chart/release-values.ts";
import type { JsonObject } from "../../../app/domain/json.ts";
import { mergeValues } from "../../../app/domain/merge-values.ts";
import { type HelmReader, startHelmReader } from "../../load/real-helm.ts";
import { chartWithValues, type GeneratedCase } from "./generate-charts.ts";

let helm: HelmReader;
beforeAll(async () => {
  helm = await startHelmReader();
});
afterAll(() => helm.remove());

/** What Helm's log says was left out, in the words of our own warnings. */
function warningsOf(said: string): string[] {
  const words: [RegExp, string][] = [
    [/warning: skipped value for (.*): Not a table\./, "default-left-out"],
    [/warning: cannot overwrite table with non table for (\S*)/, "map-left-out"],
    [/warning: destination for (\S*) is a table/, "map-kept"],
  ];
  const found = said.split("\n").flatMap((line) =>
    words.flatMap(([pattern, kind]) => {
      const path = pattern.exec(line)?.[1];
      return path === undefined ? [] : [`${kind} ${path}`];
    }),
  );
  return [...new Set(found)].sort();
}

function ours({ chart, layers }: GeneratedCase) {
  const result = releaseValues(chart, mergeValues(layers));
  if (result.kind === "refused") return { values: undefined, warnings: undefined };
  const warnings = result.warnings.filter(({ kind }) => kind !== "global-left-out").map(({ kind, path }) => `${kind} ${path}`);
  return { values: sorted(result.values), warnings: [...new Set(warnings)].sort() };
}

async function theirs({ chart, layers }: GeneratedCase) {
  const { values, said } = await helm.readChart(
    chart,
    layers.map((layer) => stringify(layer)),
  );
  return { values: values && sorted(values), warnings: values && warningsOf(said), said };
}

/** Many cases as the dependencies of one chart, so that one process answers for all of them. */
function together(cases: readonly GeneratedCase[]): GeneratedCase {
  const named = cases.map((each, index) => ({ ...each, chart: { ...each.chart, name: `case${index}` } }));
  return {
    chart: {
      name: "all",
      version: "1.0.0",
      values: {},
      dependencies: named.map(({ chart: { name, version } }) => ({ name, version })),
      subcharts: named.map(({ chart }) => chart),
    },
    layers: [0, 1, 2].map((level) =>
      Object.fromEntries(named.map(({ chart, layers }): [string, JsonObject] => [chart.name, layers[level] ?? {}])),
    ),
  };
}

describe("values are what the real Helm makes of them", () => {
  const DEPTH = 2;
  test("one chart at a time, with what it refuses", { timeout: 300_000 }, async () => {
    const cases = fc.sample(chartWithValues(DEPTH), { numRuns: 40, seed: 20261125 });
    let refused = 0;
    for (const each of cases) {
      const { said, ...expected } = await theirs(each);
      expect(ours(each), `${JSON.stringify(each)}\n${said}`).toEqual(expected);
      if (expected.values === undefined) refused++;
    }
    expect(refused).toBeLessThan(cases.length / 2);
  });

  // Helm copies all values once for each dependency, so larger groups take longer, not shorter.
  const GROUP = 16;
  test("thousands of charts with layers", { timeout: 600_000 }, async () => {
    const isAccepted = (each: GeneratedCase) => ours(together([each])).values !== undefined;
    const cases = fc.sample(chartWithValues(DEPTH).filter(isAccepted), { numRuns: 2000, seed: 8 });
    for (let start = 0; start < cases.length; start += GROUP) {
      const group = together(cases.slice(start, start + GROUP));
      const { said, ...expected } = await theirs(group);
      expect(expected.values, said).toBeDefined();
      expect(ours(group)).toEqual(expected);
    }
  });
});

/** Every range on every version, asked of Helm by dependencies that are there only when their range fits. */
test("a range means the versions that Helm takes it for", { timeout: 300_000 }, async () => {
  const parts = fc.constantFrom("0", "1", "2", "10");
  const early = fc.constantFrom("", "", "", "-0", "-beta", "-beta.2", "-rc.1", "-0.dev.git.6707.h109668fd");
  const version = fc.tuple(parts, parts, parts, early).map(([major, minor, patch, end]) => `${major}.${minor}.${patch}${end}`);
  const partial = fc.oneof(
    version,
    fc.tuple(parts, parts).map((each) => each.join(".")),
    parts,
    fc.constantFrom("1.x", "1.2.*", "v1.1.0"),
  );
  const sign = fc.constantFrom("", "=", "^", "~", ">", ">=", "<", "<=", "!=", ">= ", "< ", "=>");
  const term = fc.tuple(sign, partial).map((each) => each.join(""));
  const joined = fc.tuple(term, fc.constantFrom(", ", " ", ",", " || "), term).map((each) => each.join(""));
  const range = fc.oneof(
    term,
    joined,
    fc.tuple(version, version).map((each) => each.join(" - ")),
    fc.constantFrom("", "*", "x"),
  );
  const ranges = [...new Set(fc.sample(range, { numRuns: 400, seed: 3 }))];
  for (const exact of fc.sample(version, { numRuns: 12, seed: 4 })) {
    const { values, said } = await helm.readChart(
      {
        name: "outer",
        version: "1.0.0",
        values: {},
        dependencies: ranges.map((each, index) => ({ name: "sub", version: each, alias: `r${index}` })),
        subcharts: [{ name: "sub", version: exact, values: {}, subcharts: [] }],
      },
      [],
    );
    expect(values, said).toBeDefined();
    const taken = ranges.filter((_, index) => Object.hasOwn(values ?? {}, `r${index}`));
    expect([exact, ranges.filter((each) => matchesRange(exact, each))]).toEqual([exact, taken]);
  }
});
