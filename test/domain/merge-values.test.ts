import fc from "fast-check";
import sorted from "safe-stable-stringify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import type { JsonObject } from "../../app/domain/json.ts";
import { imageValues, mergeValues } from "../../app/domain/merge-values.ts";
import { type HelmReader, startHelmReader } from "../load/real-helm.ts";

let helm: HelmReader;
beforeAll(async () => {
  helm = await startHelmReader();
});
afterAll(() => helm.remove());

const key = fc.constantFrom("hub", "config", "image", "name", "__proto__", "a.b", "");
const { layer } = fc.letrec<{ layer: JsonObject; value: JsonObject[string] }>((tie) => ({
  layer: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, 1, "text", "0666", 1.5),
    fc.array(fc.constantFrom<JsonObject[string]>("x", null, { a: 1 }), { maxLength: 2 }),
    tie("layer"),
  ),
}));

test("several layers merge as the real Helm merges several values files", async () => {
  const cases = fc.sample(fc.array(layer, { minLength: 1, maxLength: 4 }), { numRuns: 60, seed: 42 });
  // Helm reads its files in a group per case: `case0: ...` in each, so that one process answers for many.
  const files = [0, 1, 2, 3].map((index) =>
    stringify(Object.fromEntries(cases.map((layers, number) => [`case${number}`, layers[index] ?? {}]))),
  );
  const [expected] = await helm.read([files]);
  const merged = Object.fromEntries(cases.map((layers, number) => [`case${number}`, mergeValues(layers)]));
  // As text: toEqual overlooks keys such as __proto__.
  expect(sorted(merged)).toBe(sorted(expected));
});

test("a null stays, so that Helm can delete the chart's default", () => {
  expect(mergeValues([{ hub: { config: { a: 1 } } }, { hub: { config: null } }])).toEqual({ hub: { config: null } });
  expect(mergeValues([{ hub: null }, { hub: { a: 1 } }])).toEqual({ hub: { a: 1 } });
});

test("layers are left as they were", () => {
  const layers = [{ a: { b: 1 } }, { a: { c: 2 } }];
  mergeValues(layers);
  expect(layers).toEqual([{ a: { b: 1 } }, { a: { c: 2 } }]);
});

test("the pinned image is a layer whose tag carries the digest", () => {
  const image = { name: "registry.example/user-data8", tag: "2026.11.1", digest: `sha256:${"a".repeat(64)}` };
  expect(imageValues(image, "jupyterhub.singleuser.image")).toEqual({
    jupyterhub: { singleuser: { image: { name: "registry.example/user-data8", tag: `2026.11.1@sha256:${"a".repeat(64)}` } } },
  });
});
