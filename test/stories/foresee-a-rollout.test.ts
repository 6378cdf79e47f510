import { expect, test } from "vitest";
import { inspectCluster } from "../../app/adapters/kubernetes/inspect-cluster.ts";
import { asHelmApplies } from "../../app/diff/as-helm-applies.ts";
import { compareLeaves } from "../../app/diff/compare-leaves.ts";
import { flattenObject } from "../../app/diff/flatten-object.ts";
import type { DryRun } from "../../app/diff/observed-release.ts";
import { withoutBookkeeping } from "../../app/diff/without-bookkeeping.ts";
import type { ImagePin } from "../../app/domain/hub.ts";
import type { JsonObject } from "../../app/domain/json.ts";
import { describeObject, objectKey } from "../../app/domain/manifest.ts";
import type { Release } from "../../app/domain/release.ts";
import type { ImpactClass } from "../../app/domain/release-diff.ts";
import { openNamespace } from "../world/open-namespace.ts";
import { installRelease, realValues, sampleRelease, tempFolder, writeHubChart } from "../world/sample-release.ts";
import { startPreviews } from "../world/start-previews.ts";

const withValues = (release: Release, values: JsonObject): Release => ({
  ...release,
  valueLayers: [
    ...release.valueLayers.slice(0, -1),
    { kind: "plain", file: "more.yaml", values },
    ...release.valueLayers.slice(-1),
  ],
});

/** What people do to a hub in the course of a term. */
const CHANGES: [string, ImpactClass, (release: Release & { image: ImagePin }) => Release][] = [
  [
    "a new image",
    "hub-restarts",
    (release) => ({ ...release, image: { ...release.image, tag: "2026.11.2", digest: `sha256:${"9".repeat(64)}` } }),
  ],
  ["more memory", "hub-restarts", (release) => withValues(release, { jupyterhub: { singleuser: { memory: { limit: "3G" } } } })],
  [
    "room ahead of class",
    "hub-restarts",
    (release) => withValues(release, { jupyterhub: { scheduling: { userPlaceholder: { enabled: true, replicas: 5 } } } }),
  ],
  ["an address less", "recreated", (release) => withValues(release, { jupyterhub: { ingress: { enabled: false } } })],
  [
    "a larger proxy",
    "proxy-restarts",
    (release) => withValues(release, { jupyterhub: { proxy: { chp: { resources: { requests: { cpu: "200m" } } } } } }),
  ],
];

test.each(CHANGES)(
  "what is foretold of %s is what the rollout then does, and afterwards there is nothing left to do",
  async (_what, impactClass, change) => {
    const namespace = await openNamespace();
    const { world, context } = namespace;
    const chart = await writeHubChart(await tempFolder());
    const base = await sampleRelease(namespace.name);
    const head = change(base);
    const { preview, renders, calls } = await startPreviews(namespace, { [base.chart.digest]: chart });
    await installRelease(namespace, base, chart, realValues(base));

    const inspector = inspectCluster({ kubeconfig: world.campanileKubeconfig, context });
    const lookups = await inspector.openLookups(namespace.name);
    const { manifests, reached } = await renders.renderRelease(head, lookups);
    const ordinary = manifests.filter(({ hook }) => hook === undefined);
    const foretold = await inspector.dryRun(
      ordinary.map((manifest) => asHelmApplies(manifest, head)),
      lookups.discovery,
    );
    await preview(base, base);
    const asked = calls();
    const { effect, diff, impact } = await preview(base, head);
    expect(calls() - asked).toBeLessThanOrEqual(ordinary.length + 20);
    expect(impact).toMatchObject({ class: impactClass, students: 1500, fitNowhere: [] });
    expect(effect).toMatchObject({ refusals: [], notYet: [], couldNot: [] });
    expect(diff?.objects.length).toBeGreaterThan(0);

    await installRelease(namespace, head, chart, realValues(head));

    const live = await inspector.fetchLive(
      foretold.map(({ id }) => id),
      lookups.discovery,
    );
    const wrong = foretold.flatMap((run) => {
      const other = reached[objectKey(run.id)];
      return differences(run, live.get(objectKey(run.id)), manifestOf(run)?.object, other);
    });
    expect(wrong).toEqual([]);
    const gone = effect?.objects.filter(({ change: what }) => what === "deleted").map(({ id }) => id) ?? [];
    expect((await inspector.fetchLive(gone, lookups.discovery)).size).toBe(0);
    const after = await preview(head, head);
    expect(after.diff).toMatchObject({ objects: [], hooks: [], notDeterministic: [] });
    expect(after.effect).toMatchObject({ objects: [], refusals: [], notYet: [], couldNot: [] });

    function manifestOf({ id }: DryRun) {
      return ordinary.find((manifest) => objectKey(manifest.id) === objectKey(id));
    }
  },
);

const NO_TYPES = { kinds: {}, types: {} };

/** Where the object is not as foretold, apart from what a secret decides. */
function differences(
  { id, answer }: DryRun,
  live: JsonObject | undefined,
  rendered: JsonObject | undefined,
  other: JsonObject | null | undefined,
): string[] {
  if (answer.kind !== "applied" || !live || !rendered)
    return [`${describeObject(id)}: ${answer.kind}, ${live ? "there" : "not there"}`];
  const open = (object: JsonObject) => flattenObject(withoutBookkeeping(object), NO_TYPES, "live");
  const bySecret = other ? compareLeaves(open(rendered), open(other)).map(({ key }) => key) : [];
  return compareLeaves(open(answer.predicted), open(live))
    .filter(({ key }) => !bySecret.includes(key))
    .map(
      ({ before, after }) => `${describeObject(id)} ${after?.path ?? before?.path}: foretold ${before?.text}, is ${after?.text}`,
    );
}
