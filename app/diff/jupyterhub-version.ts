import type { Manifest } from "../domain/manifest.ts";
import type { Migration } from "../domain/release-diff.ts";
import { flattenObject } from "./flatten-object.ts";

/**
 * The JupyterHub in each line of Zero to JupyterHub. Its chart writes its own version among the hub's values, and JupyterHub's not always.
 * @see z2jh.jupyter.org, "Changelog"
 */
const JUPYTERHUB_OF_CHART: Record<string, string> = { "1": "1", "2": "3", "3": "4", "4": "5", "5": "5" };

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
    const chart = JUPYTERHUB_OF_CHART[majorOf(text("Version") ?? "")];
    if (chart !== undefined) return chart;
  }
  return undefined;
}

function majorOf(version: string): string {
  return version.split(".")[0] ?? "";
}
