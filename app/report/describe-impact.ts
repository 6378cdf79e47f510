import { describeObject } from "../domain/manifest.ts";
import type { DriftField, ReleaseDrift, ReleaseImpact, ShownValue } from "../domain/release-diff.ts";
import { escapeMarkdown, plural, shorten } from "./markdown.ts";
import type { PreviewRelease } from "./preview-result.ts";

const VALUE_LIMIT = 80;
const FIELDS_SHOWN = 5;

/** "hub restarts: notebooks stay open, logins wait about 20 s (1,500 students)": what people notice, in one cell of a table. */
export function describeImpact({ class: impactClass, loginsWaitSeconds, students }: ReleaseImpact): string {
  const wait = loginsWaitSeconds === undefined ? "" : ` about ${Math.max(1, Math.round(loginsWaitSeconds))} s`;
  const words = {
    nothing: "nobody notices",
    "next-servers": "servers that are started afterwards are other ones",
    "hub-restarts": `hub restarts: notebooks stay open, logins wait${wait}`,
    "proxy-restarts": "proxy restarts: every open notebook reconnects",
    recreated: "something that people use is taken away or made anew",
    impossible: "the cluster would refuse it",
  }[impactClass];
  const isNoticed = impactClass !== "nothing" && impactClass !== "impossible";
  return students !== undefined && isNoticed ? `${words} (${students.toLocaleString("en-US")} students)` : words;
}

/** What to look at besides, each a list item: a database that moves, pods without a node, and what was changed behind git. */
export function describeNotes({ releaseId, impact, drift }: PreviewRelease): string[] {
  const of = escapeMarkdown(releaseId);
  const migration = impact?.migration;
  return [
    ...(migration
      ? [
          migration.isBackwards
            ? `- **${of}: JupyterHub goes back from ${escapeMarkdown(migration.from)} to ${escapeMarkdown(migration.to)},** which cannot read the database of the newer one. Restore a backup of it, or stay.`
            : `- **${of}: JupyterHub moves from ${escapeMarkdown(migration.from)} to ${escapeMarkdown(migration.to)},** and changes its database at the start. There is no way back without a backup: make one first.`,
        ]
      : []),
    ...(impact?.fitNowhere ?? []).map(
      ({ id, why }) =>
        `- **${of}: ${escapeMarkdown(describeObject(id))} would wait for a node:** ${escapeMarkdown(why)}. Unless an autoscaler adds one, correct what it asks for.`,
    ),
    ...(drift ? describeDrift(of, drift) : []),
  ];
}

function describeDrift(of: string, { byHand, behind, objects }: ReleaseDrift): string[] {
  const missing = objects.filter(({ change }) => change === "missing").map(({ id }) => escapeMarkdown(describeObject(id)));
  const fields = objects.flatMap(({ id, fields: changed }) =>
    changed.map((field) => `${escapeMarkdown(describeObject(id))} ${describeField(field)}`),
  );
  const more = fields.length - FIELDS_SHOWN;
  return [
    ...(byHand
      ? [
          `- **${of}: revision ${byHand.revision} was not made by Campanile** (${timeOf(byHand.at)}: ${escapeMarkdown(shorten(byHand.description, VALUE_LIMIT))}). The next rollout replaces it by what git says.`,
        ]
      : []),
    ...(behind ? [`- ${of} still runs ${behind.sha.slice(0, 7)}: what was merged since then is rolled out as well.`] : []),
    ...(missing.length > 0 ? [`- **${of}: deleted in the cluster, and made again by the rollout:** ${missing.join(", ")}`] : []),
    ...(fields.length > 0
      ? [
          `- **${of}: changed in the cluster behind git:** ${fields.slice(0, FIELDS_SHOWN).join("; ")}${more > 0 ? `; and ${plural(more, "more field")}` : ""}`,
        ]
      : []),
  ];
}

function describeField({ path, live, git, manager, since }: DriftField): string {
  const who = manager === undefined ? "" : ` (${escapeMarkdown(manager)}${since === undefined ? "" : `, ${timeOf(since)}`})`;
  return `${escapeMarkdown(path)} is ${show(live)}, git says ${show(git)}${who}`;
}

function show(value: ShownValue): string {
  if (value.kind === "absent") return "not there";
  return value.kind === "hidden" ? `hidden (fingerprint ${value.fingerprint})` : escapeMarkdown(shorten(value.text, VALUE_LIMIT));
}

function timeOf(iso: string): string {
  return iso.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC");
}
