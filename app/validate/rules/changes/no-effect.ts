import stringify from "safe-stable-stringify";
import { isJsonObject, type Json, type JsonObject } from "../../../domain/json.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import type { Rule } from "../../rule.ts";

export const noEffect: Rule = {
  code: "no-effect",
  family: "changes",
  severity: "warn",
  title: "A changed value reaches a hub",
  why: "A later file says something else for the same key and wins. Whoever made the change believes that it works.",
  fix: "Change the later file instead, or remove the key there.",
  example: {
    base: { common: "jupyterhub: { cull: { timeout: 3600 } }", prod: "jupyterhub: { cull: { timeout: 7200 } }" },
    fails: {
      common: "jupyterhub: { cull: { timeout: 1800 } }",
      prod: "jupyterhub: { cull: { timeout: 7200 } }",
      staging: "jupyterhub: { cull: { timeout: 60 } }",
    },
    passes: { common: "jupyterhub: { cull: { timeout: 1800 } }" },
  },
  check({ base, head }) {
    if (!base) return [];
    const faults = head.releases.flatMap((release) => {
      const before = base.releases.find(({ id }) => id === release.id);
      return before ? shadowedChanges(before, release) : [];
    });
    // A shared file's change may be shadowed for one release and meant for another.
    return faults.filter(({ key }) =>
      head.releases
        .filter(({ layers }) => layers.some(({ file }) => key.startsWith(`${file} `)))
        .every(({ id }) => faults.some((fault) => fault.key === key && fault.release === id)),
    );
  },
};

function shadowedChanges(before: ReleaseView, after: ReleaseView) {
  return after.layers.flatMap(({ file, values }, index) => {
    const old = before.layers.find((layer) => layer.file === file)?.values ?? {};
    return leavesOf(values)
      .filter((path) => stringify(valueAt(old, path)) !== stringify(valueAt(values, path)))
      .flatMap((path) => {
        const winner = after.layers.slice(index + 1).findLast((layer) => valueAt(layer.values, path) !== undefined);
        if (!winner) return [];
        const what = `"${after.nameOf(path)}" is changed in ${file}, but ${winner.file} says otherwise and wins.`;
        return [{ at: after.placeOf(path), what, release: after.id, key: `${file} ${path.join(".")}` }];
      });
  });
}

function leavesOf(value: JsonObject, path: ValuePath = []): ValuePath[] {
  return Object.entries(value).flatMap(([key, inner]: [string, Json]) =>
    isJsonObject(inner) && Object.keys(inner).length > 0 ? leavesOf(inner, [...path, key]) : [[...path, key]],
  );
}
