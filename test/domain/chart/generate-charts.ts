import fc from "fast-check";
import type { Chart, DeclaredDependency } from "../../../app/domain/chart/chart.ts";
import type { Json, JsonObject } from "../../../app/domain/json.ts";

export interface GeneratedCase {
  chart: Chart;
  /** As several `-f`, lowest first. */
  layers: JsonObject[];
}

/** Few, so that layers, defaults and dependencies meet. Two are the names of dependencies, two are aliases. */
const KEYS = ["a", "b", "sub", "other", "sub2", "other2", "global", "tags", "enabled", "exports", "__proto__"];
const VERSIONS = ["1.0.0", "1.2.3", "2.0.0-beta.1", "0.1.0"];
const RANGES = ["1.0.0", "^1.0.0", ">=1.0.0, <2", "*", "", "~1.2", ">=0.1.0-0", "1.x || 2.x-0", ">= 1", "!=1.0.0"];

const { layer } = fc.letrec<{ layer: JsonObject; value: Json }>((tie) => ({
  layer: fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 5, noNullPrototype: true }),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 2, arbitrary: fc.constantFrom<Json>(null, true, false, 1, "text") },
    { weight: 1, arbitrary: fc.constantFrom<Json[]>([], ["x", null], [{ a: null }]) },
    { weight: 3, arbitrary: tie("layer") },
  ),
}));

/** Below the names of dependencies and `global` mostly maps, as Helm refuses everything else. */
const values = layer.chain((object) =>
  fc
    .dictionary(fc.constantFrom("sub", "other", "sub2", "other2", "global"), layer, { maxKeys: 5, noNullPrototype: true })
    .map((maps): JsonObject => ({ ...object, ...maps })),
);

const tags = fc.dictionary(fc.constantFrom("t1", "t2"), fc.boolean(), { noNullPrototype: true });

const dependency = (name: string, alias: string | undefined): fc.Arbitrary<DeclaredDependency> =>
  fc.record(
    {
      name: fc.constant(name),
      version: fc.constantFrom(...RANGES),
      ...(alias === undefined ? {} : { alias: fc.constant(alias) }),
      condition: fc.constantFrom(`${alias ?? name}.enabled`, "sub2.enabled,a", " b ", "global.enabled", ""),
      tags: fc.subarray(["t1", "t2"]),
      importValues: fc.array(
        fc.constantFrom<string | { child: string; parent: string }>(
          "a",
          "b",
          { child: "a", parent: "b" },
          { child: "exports", parent: "." },
        ),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: alias === undefined ? ["name", "version"] : ["name", "version", "alias"] },
  );

/** None, one, or the same chart under two names. */
function dependencies(names: readonly string[]): fc.Arbitrary<DeclaredDependency[] | undefined> {
  const possible = names.flatMap((name) => [dependency(name, undefined), dependency(name, `${name}2`)]);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 5, arbitrary: fc.subarray(possible).chain((chosen) => fc.tuple(...chosen)) },
  );
}

function chartNamed(name: string, depth: number): fc.Arbitrary<Chart> {
  const inside =
    depth === 0
      ? fc.constant<Chart[]>([])
      : fc.subarray(["sub", "other"]).chain((names) => fc.tuple(...names.map((each) => chartNamed(each, depth - 1))));
  return inside.chain((subcharts) =>
    fc
      .tuple(fc.constantFrom(...VERSIONS), values, dependencies(subcharts.map((each) => each.name)))
      .map(([version, standard, declared]) => ({
        name,
        version,
        values: standard,
        subcharts,
        ...(declared ? { dependencies: declared } : {}),
      })),
  );
}

/** A chart, what is inside it, and what somebody gives it. */
export function chartWithValues(depth: number): fc.Arbitrary<GeneratedCase> {
  return fc.record({
    chart: chartNamed("outer", depth),
    layers: fc
      .tuple(fc.array(values, { minLength: 0, maxLength: 3 }), tags)
      .map(([layers, said]) => (layers[0] ? [{ ...layers[0], tags: said }, ...layers.slice(1)] : layers)),
  });
}
