import type { Severity } from "../../../domain/finding.ts";
import { isJsonObject, type JsonObject } from "../../../domain/json.ts";
import type { ValuePath } from "../../../domain/value-at.ts";
import { changesAt } from "../../compare-values.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { listAt } from "../../overrides.ts";
import { forEachChange, type ReleaseFault, type Rule } from "../../rule.ts";

/** Keys by which wrapper charts say where the volume with all homes comes from, from the top of the values. */
const SOURCES: readonly ValuePath[] = [
  ["nfsPVC", "nfs", "serverIP"],
  ["nfsPVC", "nfs", "shareName"],
  ["nfs", "pv", "serverIP"],
  ["nfs", "pv", "serverName"],
  ["nfs", "pv", "baseShareName"],
  ["nfs", "server"],
  ["nfs", "path"],
  ["azureFile", "pv", "shareName"],
  ["azureFile", "pv", "serverUrl"],
];
const STATIC_VOLUMES: ValuePath = ["singleuser", "storage", "extraVolumes"];

export const volumeSourceChanges: Rule = {
  code: "volume-source-changes",
  family: "homes",
  severity: "block",
  title: "The volume with all homes stays where it is",
  why: "Kubernetes refuses to change where a persistent volume comes from, so the upgrade fails halfway; made anew, the volume shows an empty share, and every home on the hub is gone from sight.",
  fix: "Copy the homes to the new share in a maintenance window, then change server and share together with a new volume's name.",
  runbook: "move-homes",
  example: {
    base: { prod: "nfsPVC: { nfs: { serverIP: 10.0.0.2, shareName: shares/data8/prod } }" },
    fails: { prod: "nfsPVC: { nfs: { serverIP: 10.0.0.9, shareName: shares/data8/prod } }" },
    passes: { prod: "nfsPVC: { nfs: { serverIP: 10.0.0.2, shareName: shares/data8/prod, mountOptions: [soft, noatime] } }" },
  },
  check: forEachChange((before, after) => [
    ...changesAt(before.whole, after.whole, SOURCES, after.chart !== undefined).map((change) => faultAt(after, change)),
    ...homeVolumes(before, after),
  ]),
};

function faultAt(after: ReleaseView, { path, severity }: { path: ValuePath; severity: Severity }): ReleaseFault {
  const what = `"${path.join(".")}" changes, and with it the volume that all homes of the hub are on.`;
  return { at: after.whole.placeOf(path), what, severity };
}

/** A volume named home that is written out in the values: its source decides as much. */
function homeVolumes(before: ReleaseView, after: ReleaseView): ReleaseFault[] {
  const index = indexOfHome(after.values);
  if (index === undefined || indexOfHome(before.values) !== index) return [];
  const sources = ["nfs", "persistentVolumeClaim", "csi", "azureFile", "hostPath"].map(
    (source): ValuePath => [...after.whole.prefix, ...STATIC_VOLUMES, index, source],
  );
  return changesAt(before.whole, after.whole, sources, true).map((change) => faultAt(after, change));
}

function indexOfHome(values: JsonObject): number | undefined {
  const index = listAt(values, STATIC_VOLUMES).findIndex((volume) => isJsonObject(volume) && volume.name === "home");
  return index < 0 ? undefined : index;
}
