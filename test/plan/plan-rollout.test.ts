import { expect, test } from "vitest";
import type { Fleet, HubEnvironment, ValueLayer } from "../../app/domain/hub.ts";
import { planRollout, reasonsFor } from "../../app/plan/plan-rollout.ts";
import { releasesOf } from "../../app/plan/releases-of.ts";
import { changeFleet, changeImage, makeFleet, newImage } from "./make-fleet.ts";

const HELM = "4.2.4";

/** What a change does, as `release: reasons`. */
function touched(base: Fleet | undefined, head: Fleet): Record<string, string[]> {
  return Object.fromEntries(
    planRollout(base, head, HELM).releases.map((release) => [release.head?.id ?? `${release.base?.id} removed`, release.reasons]),
  );
}

const ofHub = (name: string, environment?: string) => (hub: { name: string }, each: HubEnvironment) =>
  hub.name === name && (environment === undefined || each.environment === environment);

function editLayer(file: string, edit: (layer: ValueLayer) => ValueLayer) {
  return ({ valueLayers }: HubEnvironment) => ({
    valueLayers: valueLayers.map((layer) => (layer.file === file ? edit(layer) : layer)),
  });
}

test("a commit that changes no input touches nothing", () => {
  expect(planRollout(makeFleet(), makeFleet({ sha: "c".repeat(40), title: "Renamed" }), HELM)).toEqual({
    baseSha: "a".repeat(40),
    headSha: "c".repeat(40),
    environments: ["staging", "prod"],
    releases: [],
    releasesInFleet: 6,
  });
});

test("a hub's own values touch that hub only, staging before prod", () => {
  const file = "hubs/data8/values/common.yaml";
  const head = changeFleet(
    makeFleet(),
    ofHub("data8"),
    editLayer(file, (layer) => ({ ...layer, kind: "plain", values: { course: { title: "Data 8" } } })),
  );
  const plan = planRollout(makeFleet(), head, HELM);
  expect(plan.releases.map((release) => release.head?.id)).toEqual(["data8-staging", "data8-prod"]);
  expect(plan.releases.map((release) => release.reasons)).toEqual([[`${file} changes`], [`${file} changes`]]);
});

test("a pin touches the one environment whose pin it is", () => {
  expect(touched(makeFleet(), changeFleet(makeFleet(), ofHub("data8", "staging"), newImage))).toEqual({
    "data8-staging": ["image user-data8 2026.11.1 → 2026.11.2"],
  });
});

test("where environments follow branches, a merge to one branch touches nothing of the others, whatever the change says", () => {
  const onBranches = (fleet: Fleet, prod = "prod"): Fleet => ({
    ...fleet,
    environments: fleet.environments.map((each) => ({ ...each, branch: each.name === "prod" ? prod : each.name })),
  });
  const base = onBranches(makeFleet());
  const head = onBranches(changeFleet(makeFleet(), ofHub("data8"), newImage), "staging");
  const touchedBy = (branch?: string) => planRollout(base, head, HELM, branch).releases.map((release) => release.head?.id);
  expect(touchedBy("staging")).toEqual(["data8-staging"]);
  expect(touchedBy("prod")).toEqual(["data8-prod"]);
  expect(touchedBy("some-feature")).toEqual([]);
  expect(touchedBy()).toEqual(["data8-staging", "data8-prod"]);
});

test("the fleet's default touches every release and names the file", () => {
  const file = "values/common.yaml";
  const head = changeFleet(
    makeFleet(),
    () => true,
    editLayer(file, (layer) => ({ ...layer, kind: "plain", values: { jupyterhub: { cull: { timeout: 60 } } } })),
  );
  const plan = touched(makeFleet(), head);
  expect(Object.keys(plan)).toHaveLength(6);
  expect(new Set(Object.values(plan).flat())).toEqual(new Set([`${file} changes`]));
});

const REASONS: Record<string, [(environment: HubEnvironment) => Partial<HubEnvironment>, string[]]> = {
  "a tag built again": [changeImage({ digest: `sha256:${"9".repeat(64)}` }), ["image user-data8 2026.11.1 gets another digest"]],
  "a new chart": [
    ({ pins }) => ({ pins: { ...pins, hub: { ...pins.hub, version: "1.1.0", digest: `sha256:${"9".repeat(64)}` } } }),
    ["chart hub 1.0.0 → 1.1.0"],
  ],
  "image first, then chart": [
    ({ pins, ...environment }) => {
      const hub = { ...pins.hub, version: "1.1.0", digest: `sha256:${"9".repeat(64)}` };
      return changeImage({ tag: "2026.11.2" })({ ...environment, pins: { ...pins, hub } });
    },
    ["image user-data8 2026.11.1 → 2026.11.2", "chart hub 1.0.0 → 1.1.0"],
  ],
  "another namespace": [() => ({ namespace: "data8" }), ["namespace data8-prod → data8"]],
  "an encrypted file": [
    editLayer("hubs/data8/secrets/prod.yaml", (layer) => ({ ...layer, digest: `sha256:${"6".repeat(64)}` }) as ValueLayer),
    ["hubs/data8/secrets/prod.yaml changes"],
  ],
  "a file more": [
    ({ valueLayers }) => ({ valueLayers: [...valueLayers, { kind: "plain", file: "values/prod.yaml", values: {} }] }),
    ["values/prod.yaml is new"],
  ],
  "a file less": [({ valueLayers }) => ({ valueLayers: valueLayers.slice(1) }), ["values/common.yaml is no longer read"]],
  "another order of files": [
    ({ valueLayers }) => ({ valueLayers: valueLayers.toReversed() }),
    ["its values files are read in another order"],
  ],
  "another place for the image": [
    () => ({ imageValuePath: "singleuser.image" }),
    ["the image goes to singleuser.image, not jupyterhub.singleuser.image"],
  ],
};

test.each(Object.entries(REASONS))("why a release is touched: %s", (_what, [change, reasons]) => {
  expect(touched(makeFleet(), changeFleet(makeFleet(), ofHub("data8", "prod"), change))).toEqual({ "data8-prod": reasons });
});

test("a cluster's new Kubernetes touches every release on it", () => {
  const head = makeFleet({ clusters: [{ name: "courses", context: "courses", kubernetesVersion: "1.37.0" }] });
  expect(touched(makeFleet(), head)["prob140-prod"]).toEqual(["Kubernetes 1.36.3 → 1.37.0"]);
});

test("a new hub is new, a hub that leaves git is told last and stays without a head", () => {
  const base = makeFleet({ hubs: makeFleet().hubs.filter((hub) => hub.name !== "prob140") });
  const head = makeFleet({ hubs: makeFleet().hubs.filter((hub) => hub.name !== "data8") });
  expect(touched(base, head)).toEqual({
    "prob140-staging": ["new in the fleet"],
    "prob140-prod": ["new in the fleet"],
    "data8-staging removed": ["no longer in git"],
    "data8-prod removed": ["no longer in git"],
  });
});

test("the first commit of a fleet plans all of it against itself", () => {
  const plan = planRollout(undefined, makeFleet(), HELM);
  expect(plan.baseSha).toBe(plan.headSha);
  expect(plan.releases.map((release) => [release.base, release.reasons])).toEqual(
    Array(6).fill([undefined, ["new in the fleet"]]),
  );
});

test("only Helm can be the reason when git asks for the same as before", () => {
  const [old] = releasesOf(makeFleet(), "4.2.4");
  const [now] = releasesOf(makeFleet(), "4.3.0");
  if (!old || !now) throw new Error("the fleet has no releases");
  expect(reasonsFor(old, now)).toEqual(["another version of Helm renders it"]);
});
