import stringify from "safe-stable-stringify";
import { isJsonObject, type Json, type JsonObject } from "../../../domain/json.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import type { FleetView } from "../../fleet-view.ts";
import type { Fault, Rule } from "../../rule.ts";

const SHARED_FLEET = {
  "values/common.yaml": "jupyterhub: { proxy: { chp: { extraCommandLineFlags: [--timeout=5000] } } }",
  "hubs/data100/hub.yaml":
    'title: Data 100\nowners: [ada]\nenvironments: { staging: { url: "https://data100-staging.courses.example" } }\n',
  "hubs/data100/pins/staging.yaml": `hub: { chart: hub, version: 1.0.0, digest: "sha256:${"a".repeat(64)}" }
image: { name: registry.example/user, tag: "1", digest: "sha256:${"a".repeat(64)}" }
`,
};

export const fleetDefaultChanges: Rule = {
  code: "fleet-default-changes",
  family: "changes",
  severity: "warn",
  title: "A default of the whole fleet is changed on purpose",
  why: "One line in a shared file reaches every hub at once. New proxy settings tried so took down all hubs of a fleet in the middle of a term, where one hub would have shown the fault.",
  fix: "Try it in one hub's own values first, and move it to the shared file when that hub has run with it for some days.",
  example: {
    base: { files: { ...SHARED_FLEET, "values/common.yaml": "jupyterhub: {}" } },
    fails: { files: SHARED_FLEET },
    passes: {
      files: { ...SHARED_FLEET, "values/common.yaml": "jupyterhub: {}" },
      common: "jupyterhub: { proxy: { chp: { extraCommandLineFlags: [--timeout=5000] } } }",
    },
  },
  check({ base, head }) {
    if (!base) return [];
    const shared = sharedFiles(head, changedFiles(base, head));
    if (shared.size === 0) return [];
    const old = valuesOfFiles(base, shared);
    return [...shared].flatMap(([file, { values, hubs }]) => {
      const before = old.get(file);
      // A shared file that was not read before is judged by what it changes in each release.
      const changed = before ? changedPaths(before, values) : [];
      return changed.length === 0 ? [] : faultsOf(head, file, changed, hubs);
    });
  },
};

/** Files that say something else than before to a release that reads them, or that it did not read then. */
function changedFiles(base: FleetView, head: FleetView): Set<string> {
  const changed = new Set<string>();
  for (const release of head.releases) {
    const before = base.find(release.id);
    // The same view is the same release, of which nothing changed.
    if (before === release) continue;
    const old = new Map(before?.config.valueLayers.map((layer) => [layer.file, layer]));
    for (const layer of release.config.valueLayers) {
      const was = old.get(layer.file);
      if (layer.kind === "plain" && !(was?.kind === "plain" && was.values === layer.values)) changed.add(layer.file);
    }
  }
  return changed;
}

/** Each plain file of these that more than one hub reads, with what it says. */
function sharedFiles(view: FleetView, wanted: ReadonlySet<string>): Map<string, { values: JsonObject; hubs: Set<string> }> {
  const files = new Map<string, { values: JsonObject; hubs: Set<string> }>();
  for (const { hub, config } of view.releases) {
    for (const layer of config.valueLayers) {
      if (layer.kind !== "plain" || !wanted.has(layer.file)) continue;
      const known = files.get(layer.file) ?? { values: layer.values, hubs: new Set<string>() };
      files.set(layer.file, known);
      known.hubs.add(hub);
    }
  }
  return new Map([...files].filter(([, { hubs }]) => hubs.size > 1));
}

function valuesOfFiles(view: FleetView, wanted: ReadonlyMap<string, unknown>): Map<string, JsonObject> {
  const layers = view.releases.flatMap(({ config }) => config.valueLayers.filter(({ file }) => wanted.has(file)));
  return new Map(layers.flatMap((layer) => (layer.kind === "plain" ? [[layer.file, layer.values] as const] : [])));
}

const NAMED = 4;

function faultsOf(head: FleetView, file: string, changed: readonly ValuePath[], hubs: ReadonlySet<string>): Fault[] {
  const names = changed.slice(0, NAMED).map((path) => `"${path.join(".")}"`);
  const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : "";
  const what = `${file} changes ${names.join(", ")}${more} for ${hubs.size} hubs.`;
  const [first] = changed;
  const reached = head.releases.filter(({ config }) => config.valueLayers.some((layer) => layer.file === file));
  const at = reached[0]?.whole.placeOf(first ?? [], file) ?? { file, line: 1 };
  return reached.map(({ id }) => ({ at, what, release: id }));
}

function changedPaths(before: JsonObject, after: JsonObject): ValuePath[] {
  if (before === after) return [];
  const paths = [...leaves(after), ...leaves(before)];
  const unique = new Map(paths.map((path) => [path.join("\0"), path]));
  return [...unique.values()].filter((path) => stringify(valueAt(before, path)) !== stringify(valueAt(after, path)));
}

function leaves(value: JsonObject, path: ValuePath = []): ValuePath[] {
  return Object.entries(value).flatMap(([key, inner]: [string, Json]) =>
    isJsonObject(inner) && Object.keys(inner).length > 0 ? leaves(inner, [...path, key]) : [[...path, key]],
  );
}
