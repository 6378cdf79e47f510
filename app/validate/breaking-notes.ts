import type { ValuePath } from "../domain/value-at.ts";
import { valueAt } from "../domain/value-at.ts";
import type { ReleaseView } from "./fleet-view.ts";

/** What a major of JupyterHub's chart breaks, where a release's own values meet it. */
interface BreakingNote {
  /** The major that brings it. */
  major: number;
  note: string;
  /** Left out: it meets every release. */
  concerns?: (release: ReleaseView) => boolean;
}

const isSet = (path: ValuePath) => (release: ReleaseView) => valueAt(release.values, path) !== undefined;

/** @see Zero to JupyterHub, CHANGELOG.md: the breaking changes of 1.0 to 4.0 */
const NOTES: readonly BreakingNote[] = [
  { major: 1, note: "values that the chart does not know are refused; what is your own goes below custom" },
  { major: 1, note: "deleting a user deletes the home too", concerns: isSet(["singleuser", "storage"]) },
  { major: 2, note: "rbac.enabled is gone", concerns: isSet(["rbac", "enabled"]) },
  { major: 2, note: "hub.fsGid is gone", concerns: isSet(["hub", "fsGid"]) },
  {
    major: 2,
    note: "network policies let more out: look through egress rules",
    concerns: isSet(["singleuser", "networkPolicy", "egress"]),
  },
  { major: 2, note: "what extraConfig says wins over hub.config", concerns: isSet(["hub", "extraConfig"]) },
  { major: 2, note: "JupyterLab is the default interface", concerns: (release) => !isSet(["singleuser", "defaultUrl"])(release) },
  { major: 3, note: "OAuth authenticators let in nobody without a rule such as allow_all" },
  { major: 3, note: "braces in extraEnv are filled in", concerns: isSet(["singleuser", "extraEnv"]) },
  { major: 4, note: "every authenticator lets in nobody without a rule such as allow_all" },
  { major: 4, note: "names of pods, claims and folders are written in another way for names with special characters" },
  { major: 4, note: "Kubernetes 1.28 or newer is needed" },
  { major: 5, note: "Kubernetes 1.32 or newer is needed" },
  { major: 5, note: "httpRoute.gateway is now parentRefs", concerns: isSet(["httpRoute", "gateway"]) },
];

/** Notes of the majors after `from` up to `to` that concern this release. */
export function breakingNotes(release: ReleaseView, from: number, to: number): string[] {
  return NOTES.filter(({ major }) => major > from && major <= to)
    .filter(({ concerns }) => concerns?.(release) ?? true)
    .map(({ note }) => note);
}
