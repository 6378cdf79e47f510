import { contentsOfChart } from "../domain/jupyterhub-contents.ts";
import type { Manifest } from "../domain/manifest.ts";
import type { Migration } from "../domain/release-diff.ts";
import { flattenObject } from "./flatten-object.ts";

/**
 * Whether JupyterHub moves to a version that changes its database at the start. There is no way back from that but a backup.
 * @returns undefined where the version stays, or is not known on both sides
 */
export function findMigration(base: readonly Manifest[], head: readonly Manifest[]): Migration | undefined {
  const [from, to] = [versionOf(base), versionOf(head)];
  if (from === undefined || to === undefined || majorOf(from) === majorOf(to)) return undefined;
  return { from, to, isBackwards: Number(majorOf(from)) > Number(majorOf(to)) };
}

function versionOf(manifests: readonly Manifest[]): string | undefined {
  for (const { id, object } of manifests) {
    if (id.kind !== "Secret") continue;
    const leaves = flattenObject(object, { kinds: {}, types: {} }, "rendered");
    const text = (key: string) => leaves.get(JSON.stringify(["values.yaml", "Chart", key]))?.text;
    const app = text("AppVersion");
    if (app !== undefined) return app;
    // The chart writes its own version among the hub's values, and JupyterHub's not always.
    const contents = contentsOfChart(text("Version") ?? "");
    if (contents) return contents.jupyterhub;
  }
  return undefined;
}

function majorOf(version: string): string {
  return version.split(".")[0] ?? "";
}
