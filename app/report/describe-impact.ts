import { describeObject } from "../domain/manifest.ts";
import type { DriftField, ImagePull, ReleaseDrift, ReleaseImpact, ShownValue } from "../domain/release-diff.ts";
import { plural, shorten } from "./markdown.ts";
import type { PreviewRelease } from "./preview-result.ts";
import { MARKDOWN, type Style } from "./style.ts";

const VALUE_LIMIT = 80;
const FIELDS_SHOWN = 5;

/** "hub restarts: notebooks stay open, logins wait about 20 s (1,500 students)": what people notice, in one cell of a table. */
export function describeImpact({ class: impactClass, loginsWaitSeconds, students, pull }: ReleaseImpact): string {
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
  const whom = students !== undefined && isNoticed ? ` (${students.toLocaleString("en-US")} students)` : "";
  return `${words}${whom}${pull ? `; ${describePull(pull)}` : ""}`;
}

function describePull(pull: ImagePull): string {
  if (pull.kind === "unknown") return `how large the image is could not be found out: ${pull.why}`;
  const total = describeBytes(pull.totalBytes);
  if (pull.kind === "at-most") return `each node pulls up to ${total} of the image`;
  if (pull.newBytes === 0) return `the image has nothing that the one before had not (${total} in all)`;
  return pull.newBytes < pull.totalBytes
    ? `each node pulls ${describeBytes(pull.newBytes)} more of the image (${total} in all)`
    : `each node pulls ${total} of the image`;
}

/** Decimal, as registries show it. */
function describeBytes(bytes: number): string {
  if (bytes < 1e6) return "less than 1 MB";
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** What to look at besides, each a list item: a database that moves, pods without a node, and what was changed behind git. */
export function describeNotes({ releaseId, impact, drift }: PreviewRelease, style: Style = MARKDOWN): string[] {
  const { text, strong } = style;
  const of = text(releaseId);
  const migration = impact?.migration;
  return [
    ...(migration
      ? [
          migration.isBackwards
            ? `- ${strong(`${of}: JupyterHub goes back from ${text(migration.from)} to ${text(migration.to)},`)} which cannot read the database of the newer one. Restore a backup of it, or stay.`
            : `- ${strong(`${of}: JupyterHub moves from ${text(migration.from)} to ${text(migration.to)},`)} and changes its database at the start. There is no way back without a backup: make one first.`,
        ]
      : []),
    ...(impact?.fitNowhere ?? []).map(
      ({ id, why }) =>
        `- ${strong(`${of}: ${text(describeObject(id))} would wait for a node:`)} ${text(why)}. Unless an autoscaler adds one, correct what it asks for.`,
    ),
    ...(drift ? describeDrift(of, drift, style) : []),
  ];
}

function describeDrift(of: string, { byHand, behind, objects }: ReleaseDrift, style: Style): string[] {
  const { text, strong } = style;
  const missing = objects.filter(({ change }) => change === "missing").map(({ id }) => text(describeObject(id)));
  const fields = objects.flatMap(({ id, fields: changed }) =>
    changed.map((field) => `${text(describeObject(id))} ${describeField(field, style)}`),
  );
  const more = fields.length - FIELDS_SHOWN;
  return [
    ...(byHand
      ? [
          `- ${strong(`${of}: revision ${byHand.revision} was not made by Campanile`)} (${timeOf(byHand.at)}: ${text(shorten(byHand.description, VALUE_LIMIT))}). The next rollout replaces it by what git says.`,
        ]
      : []),
    ...(behind ? [`- ${of} still runs ${behind.sha.slice(0, 7)}: what was merged since then is rolled out as well.`] : []),
    ...(missing.length > 0
      ? [`- ${strong(`${of}: deleted in the cluster, and made again by the rollout:`)} ${missing.join(", ")}`]
      : []),
    ...(fields.length > 0
      ? [
          `- ${strong(`${of}: changed in the cluster behind git:`)} ${fields.slice(0, FIELDS_SHOWN).join("; ")}${more > 0 ? `; and ${plural(more, "more field")}` : ""}`,
        ]
      : []),
  ];
}

function describeField({ path, live, git, manager, since }: DriftField, style: Style): string {
  const who = manager === undefined ? "" : ` (${style.text(manager)}${since === undefined ? "" : `, ${timeOf(since)}`})`;
  return `${style.text(path)} is ${show(live, style)}, git says ${show(git, style)}${who}`;
}

function show(value: ShownValue, style: Style): string {
  if (value.kind === "absent") return "not there";
  return value.kind === "hidden" ? `hidden (fingerprint ${value.fingerprint})` : style.text(shorten(value.text, VALUE_LIMIT));
}

function timeOf(iso: string): string {
  return iso.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC");
}
