import { isDeepStrictEqual } from "node:util";
import type { FieldTypes } from "../domain/field-types.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { describeObject, type Manifest, type ObjectId, objectKey } from "../domain/manifest.ts";
import type { EffectChange, EffectField, EffectRefusal, Refusal, ReleaseEffect } from "../domain/release-diff.ts";
import { valueAt } from "../domain/value-at.ts";
import { belongsTo, type ReleaseName } from "./as-helm-applies.ts";
import { compareLeaves, isSameLeaf, type LeafChange, showChanges } from "./compare-leaves.ts";
import type { DiffSide } from "./diff-release.ts";
import { flattenObject, type Leaves } from "./flatten-object.ts";
import { managerOf } from "./managed-fields.ts";
import type { DryRun, DryRunAnswer } from "./observed-release.ts";
import { withoutBookkeeping } from "./without-bookkeeping.ts";

export interface EffectInput {
  release: ReleaseName;
  head: DiffSide;
  /** One for each ordinary object of head. */
  dryRuns: readonly DryRun[];
  /** Whether the pods of a workload would be let in, by the workload's `objectKey`. */
  podAnswers: ReadonlyMap<string, DryRunAnswer>;
  /** What Helm deployed last, by `objectKey`. */
  inventory: ReadonlyMap<string, Manifest>;
  /** What of the inventory is no longer in head, as it is now. */
  leftOver: ReadonlyMap<string, JsonObject>;
  fieldTypes: FieldTypes;
  fingerprintKey: Buffer;
}

/**
 * What a rollout of head would do, in the API server's own words. Values that a secret or chance decides are not the ones that will be
 * deployed, so they are left out here: what git changes of them is in the intent.
 */
export function diffEffect(input: EffectInput): ReleaseEffect {
  const rendered = new Map(input.head.manifests.map((manifest) => [objectKey(manifest.id), manifest]));
  const effect: ReleaseEffect = { objects: leftOvers(input), refusals: [], notYet: [], couldNot: [], warnings: [] };
  for (const run of input.dryRuns) {
    const manifest = rendered.get(objectKey(run.id));
    if (manifest) judge(input, effect, manifest, run);
  }
  const byName = (a: { id: ObjectId }, b: { id: ObjectId }) => describeObject(a.id).localeCompare(describeObject(b.id));
  return {
    objects: effect.objects.sort(byName),
    refusals: effect.refusals.sort(byName),
    notYet: effect.notYet.sort(byName),
    couldNot: effect.couldNot.sort(byName),
    warnings: [...new Set(effect.warnings)].sort(),
  };
}

function judge(input: EffectInput, effect: ReleaseEffect, manifest: Manifest, { id, live, answer, warnings }: DryRun): void {
  effect.warnings.push(...warnings);
  const pods = input.podAnswers.get(objectKey(id));
  if (pods?.kind === "could-not") effect.couldNot.push({ id, why: `of its pods: ${pods.why}` });
  if (pods?.kind === "refused")
    for (const refusal of pods.refusals)
      effect.refusals.push({ ...refusal, id, field: ["spec.template", refusal.field].filter(Boolean).join(".") });
  if (answer.kind === "not-yet") effect.notYet.push({ id, missing: answer.missing });
  if (answer.kind === "could-not") effect.couldNot.push({ id, why: answer.why });
  if (answer.kind === "refused") effect.refusals.push(...answer.refusals.map((refusal) => withOwner(refusal, id, live)));
  const isNew = !input.inventory.has(objectKey(id));
  if (isNew && live && !belongsTo(live, input.release)) effect.refusals.push(foreign(id, live));
  if (answer.kind !== "applied") return;
  if (!live) effect.objects.push({ id, change: "created", fields: [], replacesPods: false });
  else {
    const changed = changeOf(input, manifest, live, answer.predicted);
    if (isNew || changed.fields.length > 0 || changed.replacesPods)
      effect.objects.push({ id, change: isNew ? "adopted" : "changed", ...changed });
  }
}

function changeOf(
  { head, fieldTypes, fingerprintKey }: EffectInput,
  { id, object }: Manifest,
  live: JsonObject,
  predicted: JsonObject,
): Pick<EffectChange, "fields" | "replacesPods"> {
  const other = head.reached[objectKey(id)];
  const [now, then] = [withoutBookkeeping(live), withoutBookkeeping(predicted)];
  if (other === null || isDeepStrictEqual(now, then)) return { fields: [], replacesPods: false };
  const asked = flattenObject(object, fieldTypes, "rendered");
  const unknown = other ? keysThatDiffer(asked, flattenObject(other, fieldTypes, "rendered")) : new Set<string>();
  const differing = compareLeaves(flattenObject(now, fieldTypes, "live"), flattenObject(then, fieldTypes, "live"));
  const changes = differing.filter(({ key }) => !unknown.has(key));
  return {
    fields: showFields(changes, asked, fingerprintKey),
    replacesPods: changes.some(isOfPods) || (!differing.some(isOfPods) && !isDeepStrictEqual(podsOf(live), podsOf(predicted))),
  };
}

function keysThatDiffer(one: Leaves, other: Leaves): Set<string> {
  return new Set(compareLeaves(one, other).map(({ key }) => key));
}

function showFields(changes: readonly LeafChange[], asked: Leaves, fingerprintKey: Buffer): EffectField[] {
  // A webhook may also make something else of what was asked for.
  const isByCluster = ({ key, after }: LeafChange) => after !== undefined && !isSameLeaf(asked.get(key), after);
  return [
    ...showChanges(
      changes.filter((change) => !isByCluster(change)),
      fingerprintKey,
    ),
    ...showChanges(changes.filter(isByCluster), fingerprintKey).map((field) => ({ ...field, byCluster: true as const })),
  ];
}

/** The template of a workload: another template, or the same in another order, means other pods. */
function podsOf(object: JsonObject): Json | undefined {
  return object.kind === "Job" || object.kind === "CronJob" ? undefined : valueAt(object, ["spec", "template"]);
}

function isOfPods({ key }: LeafChange): boolean {
  return key.startsWith('["spec","template",');
}

function withOwner(refusal: Refusal, id: ObjectId, live: JsonObject | undefined): EffectRefusal {
  const since = refusal.manager === undefined || !live ? undefined : managerOf(live, refusal.manager)?.time;
  return { ...refusal, id, ...(since === undefined ? {} : { since }) };
}

function foreign(id: ObjectId, live: JsonObject): EffectRefusal {
  const owner = valueAt(live, ["metadata", "annotations", "meta.helm.sh/release-name"]);
  const whose = typeof owner === "string" ? `belongs to the release ${owner}` : "was made by somebody else than Helm";
  return { id, reason: "ownership", message: `it is there already and ${whose}, so Helm will not touch it` };
}

/** Server-side apply knows nothing of objects that are no longer sent: Helm deletes them by its record. */
function leftOvers({ leftOver, inventory }: EffectInput): EffectChange[] {
  return [...leftOver].flatMap(([key, live]) => {
    const id = inventory.get(key)?.id;
    const policy = valueAt(live, ["metadata", "annotations", "helm.sh/resource-policy"]);
    return id
      ? [{ id, change: policy === "keep" ? ("kept" as const) : ("deleted" as const), fields: [], replacesPods: false }]
      : [];
  });
}

/** What is no longer rendered, of what Helm deployed. */
export function leftOverIds(inventory: ReadonlyMap<string, Manifest>, head: readonly Manifest[]): ObjectId[] {
  const wanted = new Set(head.filter(({ hook }) => hook === undefined).map(({ id }) => objectKey(id)));
  return [...inventory].filter(([key]) => !wanted.has(key)).map(([, { id }]) => id);
}

/** What the API server would leave exactly as it is, by `objectKey`. */
export function unchangedKeys(dryRuns: readonly DryRun[]): Set<string> {
  const unchanged = dryRuns.filter(
    ({ live, answer }) =>
      live && answer.kind === "applied" && isDeepStrictEqual(withoutBookkeeping(live), withoutBookkeeping(answer.predicted)),
  );
  return new Set(unchanged.map(({ id }) => objectKey(id)));
}
