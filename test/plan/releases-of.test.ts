import { expect, test } from "vitest";
import type { Fleet, HubEnvironment, ValueLayer } from "../../app/domain/hub.ts";
import { releasesOf } from "../../app/plan/releases-of.ts";
import { changeFleet, changeImage, makeFleet, newImage } from "./make-fleet.ts";

const bundleOf = (fleet: Fleet, id = "data8-prod", helm = "4.2.4") =>
  releasesOf(fleet, helm).find((release) => release.id === id)?.bundleDigest;

const changed = (change: (environment: HubEnvironment) => Partial<HubEnvironment>) =>
  changeFleet(makeFleet(), () => true, change);

test("a fleet's releases come hub by hub, each hub in promotion order", () => {
  expect(releasesOf(makeFleet(), "4.2.4").map((release) => release.id)).toEqual([
    "data100-staging",
    "data100-prod",
    "data8-staging",
    "data8-prod",
    "prob140-staging",
    "prob140-prod",
  ]);
});

test("a release carries what Helm needs, and a bundle name that fits in a label", () => {
  const release = releasesOf(makeFleet(), "4.2.4").find(({ id }) => id === "data8-prod");
  expect(release).toMatchObject({
    hub: "data8",
    hubTitle: "DATA8",
    environment: "prod",
    namespace: "data8-prod",
    cluster: { context: "courses" },
    chart: { version: "1.0.0" },
    image: { tag: "2026.11.1" },
  });
  expect(release?.bundleDigest).toMatch(/^[0-9a-f]{40}$/);
});

test("an environment on a cluster that the fleet lacks is a bug, told loudly", () => {
  expect(() => releasesOf(makeFleet({ clusters: [] }), "4.2.4")).toThrow("names the cluster courses");
});

const plainLayers = (edit: (layer: ValueLayer) => ValueLayer) =>
  changed(({ valueLayers }) => ({ valueLayers: valueLayers.map(edit) }));

const OTHER_BUNDLE: Record<string, Fleet> = {
  "image digest": changed(changeImage({ digest: `sha256:${"9".repeat(64)}` })),
  "image tag": changed(changeImage({ tag: "other" })),
  "image name": changed(changeImage({ name: "registry.campanile.example/other" })),
  "where the image goes": changed(() => ({ imageValuePath: "singleuser.image" })),
  "chart digest": changed(({ pins }) => ({ pins: { ...pins, hub: { ...pins.hub, digest: `sha256:${"9".repeat(64)}` } } })),
  "a value": plainLayers((layer) => (layer.kind === "plain" ? { ...layer, values: { ...layer.values, more: true } } : layer)),
  "an encrypted file": plainLayers((layer) =>
    layer.kind === "encrypted" ? { ...layer, digest: `sha256:${"6".repeat(64)}` } : layer,
  ),
  "the order of layers": changed(({ valueLayers }) => ({ valueLayers: valueLayers.toReversed() })),
  namespace: changed(() => ({ namespace: "elsewhere" })),
  Kubernetes: makeFleet({ clusters: [{ name: "courses", context: "courses", kubernetesVersion: "1.37.0" }] }),
};

test.each(Object.entries(OTHER_BUNDLE))("another bundle: %s", (_what, fleet) => {
  expect(bundleOf(fleet)).not.toBe(bundleOf(makeFleet()));
});

test("another bundle: Helm itself", () => {
  expect(bundleOf(makeFleet(), "data8-prod", "4.3.0")).not.toBe(bundleOf(makeFleet()));
});

const SAME_BUNDLE: Record<string, Fleet> = {
  "another commit": makeFleet({ sha: "f".repeat(40) }),
  "the address that students use": changed(() => ({ url: "https://elsewhere.example" })),
  "a values file's name": plainLayers((layer) => ({ ...layer, file: `moved/${layer.file}` })),
  "the order of keys": plainLayers((layer) =>
    layer.kind === "plain" ? { ...layer, values: Object.fromEntries(Object.entries(layer.values).toReversed()) } : layer,
  ),
  "the mirror that a chart comes from": changed(({ pins }) => ({
    pins: { ...pins, hub: { ...pins.hub, repository: "https://mirror.example" } },
  })),
  "how the next environment follows": makeFleet({
    environments: [
      { name: "staging", promotion: { kind: "auto" } },
      { name: "prod", promotion: { kind: "manual" } },
    ],
  }),
};

test.each(Object.entries(SAME_BUNDLE))("the same bundle: %s", (_what, fleet) => {
  expect(bundleOf(fleet)).toBe(bundleOf(makeFleet()));
});

test("what one release gets moves no other release's bundle", () => {
  const fleet = changeFleet(
    makeFleet(),
    (hub, environment) => hub.name === "data8" && environment.environment === "staging",
    newImage,
  );
  const before = releasesOf(makeFleet(), "4.2.4");
  expect(
    releasesOf(fleet, "4.2.4")
      .filter((release, index) => release.bundleDigest !== before[index]?.bundleDigest)
      .map(({ id }) => id),
  ).toEqual(["data8-staging"]);
});
