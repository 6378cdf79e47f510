import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../../app/domain/json.ts";
import type { Manifest } from "../../app/domain/manifest.ts";
import { hideGenerated } from "../../app/render/hide-generated.ts";

const MADE_UP = "<made up by the chart at each render>";

const manifest = (spec: Json, name = "hub"): Manifest => ({
  id: { apiVersion: "v1", kind: "Secret", namespace: "data8-prod", name },
  object: { apiVersion: "v1", kind: "Secret", metadata: { name }, spec },
});

/** What stands in `spec` afterwards, and which paths of it are told. */
function hide(one: Json, other: Json) {
  const { manifests, notDeterministic } = hideGenerated([manifest(one)], [manifest(other)]);
  return {
    spec: manifests[0]?.object.spec,
    paths: notDeterministic.map((path) => path.replace("Secret data8-prod/hub spec", "")),
  };
}

const CASES: [string, Json, Json, Json, string[]][] = [
  ["nothing differs", { a: 1 }, { a: 1 }, { a: 1 }, []],
  ["one value", { a: "x", b: 1 }, { a: "y", b: 1 }, { a: MADE_UP, b: 1 }, [".a"]],
  ["one deep in a list", { a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, { a: [1, { b: MADE_UP }] }, [".a.1.b"]],
  ["a list of another length", { a: [1] }, { a: [1, 2] }, { a: MADE_UP }, [".a"]],
  ["another type", { a: {} }, { a: [] }, { a: MADE_UP }, [".a"]],
  ["a key that only the first has", { a: 1, b: null }, { a: 1 }, { a: 1, b: MADE_UP }, [".b"]],
  ["a key that only the second has", { a: 1 }, { a: 1, b: null }, { a: 1, b: MADE_UP }, [".b"]],
  ["the order of keys", { a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1, b: 2 }, []],
  ["a key that is also a method", { a: 1 }, { a: 1, toString: "x" }, { a: 1, toString: MADE_UP }, [".toString"]],
];

test.each(CASES)("two renders: %s", (_what, one, other, spec, paths) => {
  expect(hide(one, other)).toEqual({ spec, paths });
});

test("an object whose name is made up is left out and told once, without the name", () => {
  const rendered = hideGenerated(
    [manifest(1), manifest(2, "job-x7k2p"), manifest(2, "job-aaaaa")],
    [manifest(1), manifest(2, "job-q9z4m")],
  );
  expect(rendered.manifests.map(({ id }) => id.name)).toEqual(["hub"]);
  expect(rendered.notDeterministic).toEqual(["Secret data8-prod metadata.name"]);
});

test("whichever render came first, the same is left", () => {
  const json = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<Json>(null, 1, "x", {}, []),
      fc.array(tie("json"), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom("a", "b", "__proto__"), tie("json"), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).json;
  fc.assert(
    fc.property(json, json, (one, other) => {
      const [there, back] = [hide(one, other), hide(other, one)];
      expect(there.paths).toEqual(back.paths);
      expect(there.spec).toEqual(back.spec);
      expect(hide(one, one)).toEqual({ spec: one, paths: [] });
    }),
  );
});
