import stringify from "safe-stable-stringify";
import { isJsonObject, type Json, type JsonObject } from "../../../domain/json.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import type { FleetView, ReleaseView } from "../../fleet-view.ts";
import { isOpaque } from "../../opaque.ts";
import type { Fault, Rule } from "../../rule.ts";

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
      const before = base.find(release.id);
      return before && before.config !== release.config ? shadowedChanges(before, release) : [];
    });
    if (faults.length === 0) return [];
    const readers = readersOf(head);
    const shadowed = Map.groupBy(faults, ({ key }) => key);
    // A shared file's change may be shadowed for one release and meant for another.
    return faults.filter(({ key, file }) => shadowed.get(key)?.length === readers.get(file));
  },
};

interface Shadowed extends Fault {
  file: string;
  /** The file and the path in it. */
  key: string;
}

function shadowedChanges(before: ReleaseView, after: ReleaseView): Shadowed[] {
  return after.layers.flatMap(({ file, values }, index) => {
    const old = before.layers.find((layer) => layer.file === file)?.values ?? {};
    if (old === values) return [];
    return leavesOf(values)
      .filter((path) => !isOpaque(valueAt(values, path)))
      .filter((path) => stringify(valueAt(old, path)) !== stringify(valueAt(values, path)))
      .flatMap((path) => {
        const winner = after.layers.slice(index + 1).findLast((layer) => valueAt(layer.values, path) !== undefined);
        if (!winner) return [];
        const what = `"${after.nameOf(path)}" is changed in ${file}, but ${winner.file} says otherwise and wins.`;
        return [{ at: after.placeOf(path, file), what, release: after.id, file, key: `${file} ${path.join(".")}` }];
      });
  });
}

/** How many releases each file is a layer of. */
function readersOf(view: FleetView): Map<string, number> {
  const files = view.releases.flatMap(({ layers }) => layers.map(({ file }) => file));
  return new Map([...Map.groupBy(files, (file) => file)].map(([file, each]) => [file, each.length]));
}

function leavesOf(value: JsonObject, path: ValuePath = []): ValuePath[] {
  return Object.entries(value).flatMap(([key, inner]: [string, Json]) =>
    isJsonObject(inner) && Object.keys(inner).length > 0 ? leavesOf(inner, [...path, key]) : [[...path, key]],
  );
}
