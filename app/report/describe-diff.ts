import { structuredPatch } from "diff";
import { describeObject } from "../domain/manifest.ts";
import type { FieldChange, ObjectChange, ReleaseDiff, ShownValue } from "../domain/release-diff.ts";
import { fence, plural, takeParts } from "./markdown.ts";

const LINE_LIMIT = 300;
const CONTEXT_LINES = 2;

/** "3 objects change, 1 is created": how much a release moves, in one cell of a table. */
export function countChanges(diff: ReleaseDiff): string {
  const count = (change: ObjectChange["change"]) => diff.objects.filter((object) => object.change === change).length;
  const [changed, created, deleted] = [count("changed"), count("created"), count("deleted")];
  const parts = [
    changed > 0 ? `${plural(changed, "object")} ${changed === 1 ? "changes" : "change"}` : "",
    created > 0 ? `${created} new` : "",
    deleted > 0 ? `${created + changed > 0 ? deleted : plural(deleted, "object")} deleted` : "",
  ].filter(Boolean);
  return parts.length === 0 ? "no object changes" : parts.join(", ");
}

/** The whole diff of one release as fenced blocks, cut between objects; what is new or goes away is listed by name. */
export function describeDiff(diff: ReleaseDiff, limitBytes: number): string {
  const of = (change: ObjectChange["change"]) => diff.objects.filter((object) => object.change === change);
  const parts = of("changed").map((object) => fence(describeChange(object), "diff"));
  for (const [change, mark, heading] of [
    ["created", "+", "New"],
    ["deleted", "-", "Deleted"],
  ] as const) {
    const names = of(change).map((object) => `${mark} ${nameOf(object)}`);
    if (names.length > 0) parts.push(`${heading}:\n${fence(names.join("\n"), "diff")}`);
  }
  if (diff.notDeterministic.length > 0) parts.push(madeUp(diff));
  const { text, left } = takeParts(parts, limitBytes);
  return left === 0 ? text : `${text}\n\n_${plural(left, "more object")} not shown here._`;
}

function madeUp(diff: ReleaseDiff): string {
  return `_${plural(diff.notDeterministic.length, "value")} that the chart makes up at each render ${diff.notDeterministic.length === 1 ? "is" : "are"} left out: ${diff.notDeterministic.length === 1 ? "it is" : "they are"} no change._`;
}

function nameOf({ id, hook }: ObjectChange): string {
  return hook === undefined ? describeObject(id) : `${describeObject(id)} (Helm runs it: ${hook})`;
}

function describeChange(object: ObjectChange): string {
  return [`# ${nameOf(object)}`, ...object.fields.flatMap(describeField)].join("\n");
}

function describeField({ path, before, after }: FieldChange): string[] {
  const isText = before.kind === "value" && after.kind === "value" && (before.text.includes("\n") || after.text.includes("\n"));
  if (isText) return [`  ${path}:`, ...lineDiff(before.text, after.text)];
  return [
    ...(before.kind === "absent" ? [] : [`- ${path}: ${show(before)}`]),
    ...(after.kind === "absent" ? [] : [`+ ${path}: ${show(after)}`]),
  ];
}

function lineDiff(before: string, after: string): string[] {
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: CONTEXT_LINES });
  return hunks.flatMap((hunk) => [`  @@ line ${hunk.oldStart} @@`, ...hunk.lines.map((line) => oneLine(line))]);
}

function show(value: Exclude<ShownValue, { kind: "absent" }>): string {
  return value.kind === "hidden" ? `(hidden, fingerprint ${value.fingerprint})` : oneLine(value.text);
}

function oneLine(text: string): string {
  const line = text.replaceAll("\n", "⏎");
  return line.length > LINE_LIMIT ? `${line.slice(0, LINE_LIMIT)}…` : line;
}
