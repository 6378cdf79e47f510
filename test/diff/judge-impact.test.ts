import { expect, test } from "vitest";
import { hubSelector, judgeImpact } from "../../app/diff/judge-impact.ts";
import { findMigration } from "../../app/diff/jupyterhub-version.ts";
import type { JsonObject } from "../../app/domain/json.ts";
import type { Manifest } from "../../app/domain/manifest.ts";
import type { EffectChange, EffectRefusal, ReleaseDiff, ReleaseEffect } from "../../app/domain/release-diff.ts";

function manifest(kind: string, name: string, component: string, more: JsonObject = {}): Manifest {
  return {
    id: {
      apiVersion: kind === "Secret" || kind === "ConfigMap" || kind === "Service" ? "v1" : "apps/v1",
      kind,
      namespace: "data8-staging",
      name,
    },
    object: { kind, metadata: { name, labels: { app: "jupyterhub", component } }, ...more },
  };
}

const HUB = manifest("Deployment", "hub", "hub", {
  spec: { selector: { matchLabels: { app: "jupyterhub", component: "hub" } } },
});
const PROXY = manifest("Deployment", "proxy", "proxy");
const SCHEDULER = manifest("Deployment", "user-scheduler", "user-scheduler");
const SECRET = manifest("Secret", "hub", "hub");
const SERVICE = manifest("Service", "proxy-public", "proxy-public");
const PLACEHOLDER = manifest("StatefulSet", "user-placeholder", "user-placeholder");
const ALL = [HUB, PROXY, SCHEDULER, SECRET, SERVICE, PLACEHOLDER];

const NO_CHANGE = {
  releaseId: "data8-staging",
  hub: "data8",
  environment: "staging",
  objects: [],
  hooks: [],
  notDeterministic: [],
};

function intent(...changed: [Manifest, path: string][]): ReleaseDiff {
  const objects = changed.map(([{ id }, path]) => ({
    id,
    change: "changed" as const,
    fields: [{ path, before: { kind: "absent" as const }, after: { kind: "value" as const, text: "1" } }],
  }));
  return { ...NO_CHANGE, objects };
}

function effect(...changed: [Manifest, EffectChange["change"], replacesPods?: boolean][]): ReleaseEffect {
  const objects = changed.map(([{ id }, change, replacesPods = false]) => ({ id, change, fields: [], replacesPods }));
  return { objects, refusals: [], notYet: [], couldNot: [], warnings: [] };
}

const TEMPLATE = "spec.template.metadata.annotations.checksum/secret";
const refusal: EffectRefusal = { id: HUB.id, reason: "immutable", message: "field is immutable" };

const CASES: [string, ReleaseDiff, ReleaseEffect | null, string][] = [
  ["nothing changes", intent(), effect(), "nothing"],
  [
    "a part that nobody meets gets new pods",
    intent([SCHEDULER, "spec.template.spec.x"]),
    effect([SCHEDULER, "changed", true]),
    "nothing",
  ],
  ["placeholders", intent([PLACEHOLDER, "spec.replicas"]), effect([PLACEHOLDER, "changed"]), "nothing"],
  ["settings that only servers read", intent([SECRET, "values.yaml.x"]), effect([SECRET, "changed"]), "next-servers"],
  [
    "the hub's own settings",
    intent([SECRET, "values.yaml.x"], [HUB, TEMPLATE]),
    effect([SECRET, "changed"], [HUB, "changed", true]),
    "hub-restarts",
  ],
  // The API server cannot see a change of what only a secret decides.
  ["a secret put in anew", intent([HUB, TEMPLATE]), effect(), "hub-restarts"],
  ["the proxy too", intent([HUB, TEMPLATE], [PROXY, TEMPLATE]), effect(), "proxy-restarts"],
  // Drift that is set back is in no intent.
  ["only the cluster knows of it", intent(), effect([PROXY, "changed", true]), "proxy-restarts"],
  ["replicas are no new pods", intent([HUB, "spec.replicas"]), effect([HUB, "changed"]), "nothing"],
  ["a first installation", intent(), effect([HUB, "created"], [PROXY, "created"], [SECRET, "created"]), "next-servers"],
  ["the address goes", intent(), effect([SERVICE, "deleted"]), "recreated"],
  ["the hub goes", intent(), effect([HUB, "deleted"]), "recreated"],
  ["something that nobody meets goes", intent(), effect([SCHEDULER, "deleted"]), "nothing"],
  ["a claim that stays", intent(), effect([SERVICE, "kept"]), "nothing"],
  ["a refusal", intent([PROXY, TEMPLATE]), { ...effect([PROXY, "changed", true]), refusals: [refusal] }, "impossible"],
  ["without a cluster", intent([SECRET, "values.yaml.x"], [HUB, TEMPLATE]), null, "hub-restarts"],
];

test.each(CASES)("impact: %s", (_what, change, seen, expected) => {
  expect(judgeImpact(change, seen, ALL)).toBe(expected);
});

test("the hub's pods are told by the labels that its Deployment selects", () => {
  expect(hubSelector(ALL)).toEqual({ app: "jupyterhub", component: "hub" });
  expect(hubSelector([PROXY])).toBeUndefined();
});

const withChart = (chart: string) =>
  manifest("Secret", "hub", "hub", { data: { "values.yaml": Buffer.from(`Chart: {${chart}}\n`).toString("base64") } });

test.each([
  ["AppVersion: 4.1.6", "AppVersion: 5.2.1", { from: "4.1.6", to: "5.2.1", isBackwards: false }],
  ["AppVersion: 5.2.1", "AppVersion: 4.1.6", { from: "5.2.1", to: "4.1.6", isBackwards: true }],
  ["Version: 3.3.8", "Version: 4.0.0", { from: "4.1.6", to: "5.2.1", isBackwards: false }],
  ["Version: 4.0.0", "Version: 4.4.0", undefined],
  ["AppVersion: 5.2.1", "AppVersion: 5.5.0", undefined],
  ["Name: other", "AppVersion: 5.5.0", undefined],
])("from %s to %s the database moves: %o", (from, to, expected) => {
  expect(findMigration([withChart(from)], [withChart(to)])).toEqual(expected);
});
