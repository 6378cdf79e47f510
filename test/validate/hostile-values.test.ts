import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ValueLayer } from "../../app/domain/hub.ts";
import { isJsonObject, type Json, type JsonObject } from "../../app/domain/json.ts";
import { ALL_RULES } from "../../app/validate/all-rules.ts";
import { type FleetView, fleetView } from "../../app/validate/fleet-view.ts";
import { validate } from "../../app/validate/validate.ts";
import { viewOf } from "./example-fleet.ts";

const ODD: readonly Json[] = [
  ...[null, true, false, 0, -1, 1e21, "", "latest", "2Gi", "google", "https://[", "{username}", "::", "!group=", "[(*+", [], {}],
  ...[[null], [[]], [""], { name: null }, { "": "" }, { constructor: 1 }],
];

/** A place in the values, and what stands there instead. */
const mutation = fc.record({ at: fc.nat(10_000), with: fc.constantFrom(...ODD) });
const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });

/** What the rules look for is in their examples; there something odd is put in its place. */
function mutate(values: JsonObject, changes: readonly { at: number; with: Json }[]): JsonObject {
  return changes.reduce((before, { at, with: odd }) => {
    const places = placesIn(before);
    const path = places[at % places.length];
    return path === undefined ? before : replaced(before, path, odd);
  }, values);
}

function placesIn(value: Json, path: (string | number)[] = []): (string | number)[][] {
  const inner: [string | number, Json][] = Array.isArray(value)
    ? [...value.entries()]
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return inner.flatMap(([key, each]) => [[...path, key], ...placesIn(each, [...path, key])]);
}

function replaced<Value extends Json>(value: Value, path: readonly (string | number)[], odd: Json): Value;
function replaced(value: Json, [key, ...rest]: readonly (string | number)[], odd: Json): Json {
  if (key === undefined) return odd;
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? replaced(item, rest, odd) : item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([each, item]) => [each, each === key ? replaced(item, rest, odd) : item]));
}

/** The same view with other values in the files that hold some. */
function withValues(view: FleetView, change: (values: JsonObject) => JsonObject): FleetView {
  const hubs = view.fleet.hubs.map((hub) => ({
    ...hub,
    environments: hub.environments.map((environment) => ({
      ...environment,
      valueLayers: environment.valueLayers.map(
        (layer): ValueLayer => (layer.kind === "plain" ? { ...layer, values: change(layer.values) } : layer),
      ),
    })),
  }));
  const at = { file: "hubs/data8/values/prod.yaml", line: 1 };
  return fleetView({ ...view.fleet, hubs }, () => at, view.context);
}

test("no values make a rule stumble, whatever stands where it should not", async () => {
  const views = await Promise.all(ALL_RULES.map(({ example }) => viewOf(example.fails)));
  fc.assert(
    fc.property(fc.constantFrom(...views), mutations, mutations, (view, before, after) => {
      const base = withValues(view, (values) => mutate(values, before));
      validate({ base, head: withValues(view, (values) => mutate(values, after)), title: "Data 8" });
    }),
    { numRuns: 300 },
  );
});

/** These judge keys, which sops leaves in clear, and not what is below them. */
const JUDGE_KEYS = new Set([
  "profile-key",
  "profile-list-key",
  "misplaced-block",
  "trait-unknown",
  "values-schema",
  "name-unseen",
  "profile-shape",
]);

describe("what is encrypted is not judged", () => {
  const rules = ALL_RULES.filter(
    ({ code, example: { fails } }) => !JUDGE_KEYS.has(code) && (fails.common ?? fails.prod) !== undefined,
  );

  test.each(rules.map(({ code, example }) => [code, example] as const))("%s", async (code, { base, fails }) => {
    const open = await viewOf(fails);
    const found = validate({ base: base && (await viewOf(base)), head: hidden(open), today: new Date("2026-11-25") });
    expect(found.filter((finding) => finding.code === code)).toEqual([]);
  });

  function hidden(view: FleetView): FleetView {
    const hubs = view.fleet.hubs.map((hub) => ({
      ...hub,
      environments: hub.environments.map((environment) => ({
        ...environment,
        valueLayers: environment.valueLayers.map((layer): ValueLayer => {
          const shape = layer.kind === "plain" ? layer.values : layer.shape;
          return { kind: "encrypted", file: layer.file, digest: "sha256:0", shape, otherShape: shape, ciphertext: "" };
        }),
      })),
    }));
    return fleetView({ ...view.fleet, hubs }, () => ({ file: "hubs/data8/secrets/prod.yaml", line: 1 }), view.context);
  }
});
