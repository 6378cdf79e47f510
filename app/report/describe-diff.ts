import { structuredPatch } from "diff";
import { describeObject } from "../domain/manifest.ts";
import type { FieldChange, ObjectChange, ReleaseDiff, ShownValue } from "../domain/release-diff.ts";
import { byteLength, clean, fence, plural, shorten, takeParts } from "./markdown.ts";

const LINE_LIMIT = 300;
/** Beyond this, two texts share too little for a line-by-line comparison to help, and it would take long to find out. */
const EDIT_LIMIT = 2_000;
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

/** The diff of one release as fenced blocks, cut between objects and between lines; what is new or goes away is listed by name. */
export function describeDiff(diff: ReleaseDiff, limitBytes: number): string {
  const of = (change: ObjectChange["change"]) => diff.objects.filter((object) => object.change === change);
  const rest = [
    ...listObjects("New", "+", of("created"), limitBytes / 5),
    ...listObjects("Deleted", "-", of("deleted"), limitBytes / 5),
    ...listHooks(diff),
    ...(diff.notDeterministic.length > 0 ? [madeUp(diff)] : []),
  ];
  const room = limitBytes - rest.reduce((bytes, part) => bytes + byteLength(part) + 2, 100);
  const { text, left } = takeParts(
    of("changed").map((object) => fenceLines(describeChange(object), room / 2)),
    room,
  );
  const cut = left === 0 ? [] : [`_${plural(left, "more object")} changed, not shown here._`];
  return [...(text === "" ? [] : [text]), ...cut, ...rest].join("\n\n");
}

/** All of the diff of one release in pieces, each of them Markdown that leaves nothing open. */
export function diffParts(diff: ReleaseDiff): string[] {
  const of = (change: ObjectChange["change"]) => diff.objects.filter((object) => object.change === change);
  const names = (mark: string, objects: readonly ObjectChange[]) => objects.map((object) => `${mark} ${nameOf(object)}`);
  return [
    ...of("changed").flatMap((object) => fences(describeChange(object), "", `# ${nameOf(object)} (goes on)`)),
    ...fences(names("+", of("created")), "New:"),
    ...fences(names("-", of("deleted")), "Deleted:"),
    ...fences(hookLines(diff), HOOKS_INTRO),
    ...(diff.notDeterministic.length > 0 ? [madeUp(diff)] : []),
  ];
}

/** A piece of this size fits on any page, and several of them fill it well. */
const PIECE_BYTES = 16_000;

/**
 * All of the lines, in as many fences as it takes.
 * @param intro stands before each of them
 * @param again first line of those after the first
 */
export function fences(lines: readonly string[], intro: string, again?: string): string[] {
  const pieces: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    bytes += byteLength(clean(line)) + 1;
    if (bytes > PIECE_BYTES) {
      pieces.push(again === undefined || pieces.length === 0 ? [] : [again]);
      bytes = byteLength(clean(line)) + 1;
    }
    pieces.at(-1)?.push(line);
  }
  return pieces.map((piece) => `${intro}${intro === "" ? "" : "\n"}${fence(piece.join("\n"), "diff")}`);
}

/** All of it without fences, each line as long as it is. */
export function diffLines(diff: ReleaseDiff): string[] {
  const of = (change: ObjectChange["change"]) => diff.objects.filter((object) => object.change === change);
  return [
    ...of("changed").flatMap(describeChange),
    ...of("created").map((object) => `+ ${nameOf(object)}`),
    ...of("deleted").map((object) => `- ${nameOf(object)}`),
    ...hookLines(diff).map((line) => `! ${line}`),
  ];
}

function listObjects(heading: string, mark: string, objects: readonly ObjectChange[], limitBytes: number): string[] {
  if (objects.length === 0) return [];
  return [
    `${heading}:\n${fenceLines(
      objects.map((object) => `${mark} ${nameOf(object)}`),
      limitBytes,
    )}`,
  ];
}

const HOOKS_SHOWN = 12;
const HOOKS_INTRO = "Helm runs in the course of the rollout, in this order:";

function listHooks(diff: ReleaseDiff): string[] {
  const lines = hookLines(diff).slice(0, HOOKS_SHOWN);
  if (lines.length === 0) return [];
  return [`${HOOKS_INTRO}\n${fenceLines(lines, 2_000)}`];
}

function hookLines({ hooks }: ReleaseDiff): string[] {
  return hooks
    .filter(({ images }) => images.length > 0)
    .map(({ id, moment, images }) =>
      describeLine(`${moment === "pre-upgrade" ? "before" : "after"}: ${describeObject(id)} with ${images.join(", ")}`),
    );
}

function fenceLines(lines: readonly string[], limitBytes: number): string {
  const { text, left } = takeParts(lines, limitBytes, "\n");
  return fence(left === 0 ? text : `${text}\n… ${plural(left, "more line")}`, "diff");
}

function madeUp({ notDeterministic: { length } }: ReleaseDiff): string {
  return length === 1
    ? "_The chart makes up one value anew at each render; it is left out, because it is no change._"
    : `_The chart makes up ${length} values anew at each render; they are left out, because they are no change._`;
}

function nameOf({ id, hook }: ObjectChange): string {
  return describeLine(hook === undefined ? describeObject(id) : `${describeObject(id)} (Helm runs it: ${hook})`);
}

function describeChange(object: ObjectChange): string[] {
  return [`# ${nameOf(object)}`, ...object.fields.flatMap(describeField)];
}

export function describeField({ path, before, after }: FieldChange): string[] {
  const name = describeLine(path);
  const isText = before.kind === "value" && after.kind === "value" && (before.text.includes("\n") || after.text.includes("\n"));
  if (isText) return [`  ${name}:`, ...lineDiff(before.text, after.text)];
  return [
    ...(before.kind === "absent" ? [] : [`- ${name}: ${show(before)}`]),
    ...(after.kind === "absent" ? [] : [`+ ${name}: ${show(after)}`]),
  ];
}

function lineDiff(before: string, after: string): string[] {
  const patch = structuredPatch("", "", before, after, "", "", { context: CONTEXT_LINES, maxEditLength: EDIT_LIMIT });
  if (!patch) return [`- (${countLines(before)})`, `+ (${countLines(after)}, too many to compare here)`];
  return patch.hunks.flatMap((hunk) => [`  @@ line ${hunk.oldStart} @@`, ...hunk.lines.map(describeLine)]);
}

function countLines(text: string): string {
  return plural(text.split("\n").length, "line");
}

function show(value: Exclude<ShownValue, { kind: "absent" }>): string {
  if (value.kind === "hidden") return `(hidden, fingerprint ${value.fingerprint})`;
  return CHECKSUM.test(value.text) ? `${value.text.slice(0, 8)}…` : describeLine(value.text);
}

/** Nobody compares one by eye, and nobody copies it: what it is the checksum of is told beside it. */
const CHECKSUM = /^[0-9a-f]{64}$/;

/** A line break in a name or value would let it write lines of the diff. */
function describeLine(text: string): string {
  return shorten(text.replace(/\r\n|[\n\r\u0085\u2028\u2029]/g, "⏎"), LINE_LIMIT);
}
