import type { FieldTypes } from "../domain/field-types.ts";
import type { JsonObject } from "../domain/json.ts";
import { describeObject, type Manifest, objectKey } from "../domain/manifest.ts";
import type { DriftField, ReleaseDrift } from "../domain/release-diff.ts";
import { compareLeaves, type LeafChange, showChanges } from "./compare-leaves.ts";
import type { DiffSide } from "./diff-release.ts";
import { flattenObject, type Leaves } from "./flatten-object.ts";
import { ownersOf } from "./managed-fields.ts";
import type { LiveRelease } from "./observed-release.ts";
import { withoutBookkeeping } from "./without-bookkeeping.ts";

export interface DriftInput {
  /** What git asks for now, and under which name its rollout would be recorded. */
  base: DiffSide;
  baseBundleDigest: string;
  liveRelease: LiveRelease;
  /** What Helm deployed last, by `objectKey`. */
  inventory: ReadonlyMap<string, Manifest>;
  /** The release's objects as they are now, by `objectKey`. */
  live: ReadonlyMap<string, JsonObject>;
  /** Objects that are the same at base and head and that the API server would not change: they are as git says. */
  settled: ReadonlySet<string>;
  fieldTypes: FieldTypes;
  fingerprintKey: Buffer;
}

const HELM = "helm";

/**
 * What somebody changed behind git. Fields that git says nothing of are nobody's business, and what only waits for its rollout is no
 * drift: there Helm is still the owner of what is to change.
 */
export function diffDrift(input: DriftInput): ReleaseDrift {
  const { base, liveRelease, baseBundleDigest, live, inventory } = input;
  const byHand = isByHand(liveRelease);
  const objects = base.manifests
    .filter(({ hook, id }) => hook === undefined && base.reached[objectKey(id)] !== null)
    .flatMap((manifest): ReleaseDrift["objects"] => {
      const key = objectKey(manifest.id);
      const now = live.get(key);
      if (input.settled.has(key)) return [];
      if (!now) return inventory.has(key) ? [{ id: manifest.id, change: "missing", fields: [] }] : [];
      const deployed = byHand ? inventory.get(key) : undefined;
      const fields = [...changedByOthers(input, manifest, now), ...(deployed ? changedByHelm(input, manifest, deployed) : [])];
      return fields.length === 0 ? [] : [{ id: manifest.id, change: "changed", fields }];
    })
    .sort((a, b) => describeObject(a.id).localeCompare(describeObject(b.id)));
  const { revision, deployedAt, description, bundleDigest, sha } = liveRelease;
  return {
    objects,
    ...(byHand ? { byHand: { revision, at: deployedAt, description } } : {}),
    ...(!byHand && bundleDigest !== baseBundleDigest && sha !== undefined ? { behind: { sha } } : {}),
  };
}

/**
 * Labels do not tell: Helm hands those of the last revision on to the next, whoever makes it. What Campanile writes as the
 * description, it does not.
 */
function isByHand({ description, sha }: LiveRelease): boolean {
  return sha === undefined || description !== `Campanile: ${sha.slice(0, 7)}`;
}

function changedByOthers(input: DriftInput, manifest: Manifest, live: JsonObject): DriftField[] {
  const { base, fieldTypes, fingerprintKey } = input;
  const { asked, secrets } = askedOf(base, manifest, fieldTypes);
  return compareLeaves(flattenObject(withoutBookkeeping(live), fieldTypes, "live"), asked)
    .filter(({ key }) => asked.has(key) && !isEmpty(asked, key))
    .flatMap((change) => {
      const owners = ownersOf(live, change.key);
      const owner = owners[0];
      if (owners.some(({ manager }) => manager === HELM)) return [];
      // Whether a secret is the one in git is not known here, but who wrote it is.
      if (secrets.has(change.key) && !owner) return [];
      return showDrift([change], fingerprintKey).map((field) => ({
        ...field,
        ...(owner ? { manager: owner.manager } : {}),
        ...(owner?.time === undefined ? {} : { since: owner.time }),
      }));
    });
}

/** What git asks for, and which of it only a secret decides. */
function askedOf(base: DiffSide, { id, object }: Manifest, fieldTypes: FieldTypes): { asked: Leaves; secrets: Set<string> } {
  const asked = flattenObject(object, fieldTypes, "live");
  const other = base.reached[objectKey(id)];
  const differing = other ? compareLeaves(asked, flattenObject(other, fieldTypes, "live")) : [];
  return { asked, secrets: new Set(differing.map(({ key }) => key)) };
}

/** The API server leaves away what is empty. */
function isEmpty(leaves: Leaves, key: string): boolean {
  return ["{}", "[]", ""].includes(leaves.get(key)?.text ?? "");
}

/** What Helm, run by hand, deployed instead of what git says. */
function changedByHelm(input: DriftInput, manifest: Manifest, deployed: Manifest): DriftField[] {
  const { base, fieldTypes, fingerprintKey, liveRelease } = input;
  const { asked, secrets } = askedOf(base, manifest, fieldTypes);
  const changes = compareLeaves(flattenObject(deployed.object, fieldTypes, "live"), asked).filter(({ key }) => !secrets.has(key));
  return showDrift(changes, fingerprintKey).map((field) => ({ ...field, manager: HELM, since: liveRelease.deployedAt }));
}

function showDrift(changes: readonly LeafChange[], fingerprintKey: Buffer): DriftField[] {
  return showChanges(changes, fingerprintKey).map(({ path, before, after }) => ({ path, live: before, git: after }));
}
