import { describeObject, objectKey } from "../domain/manifest.ts";
import type { EffectChange, EffectField, EffectRefusal, ReleaseDiff, ReleaseEffect } from "../domain/release-diff.ts";
import { describeField, fences } from "./describe-diff.ts";
import { escapeMarkdown, fence, plural, shorten, takeParts } from "./markdown.ts";
import type { PreviewRelease } from "./preview-result.ts";
import { MARKDOWN, type Style } from "./style.ts";

const MESSAGE_LIMIT = 400;
const SHOWN = 10;

/** What stands in the way of a rollout, or of knowing whether anything does; each a list item. Empty when nothing does. */
export function describeObstacles({ releaseId, effect }: PreviewRelease, style: Style = MARKDOWN): string[] {
  if (!effect) return [];
  const of = style.text(releaseId);
  const refused = effect.refusals.map(
    (refusal) => `- ${style.strong(`${of} would be refused:`)} ${describeRefusal(refusal, style)}`,
  );
  const unseen = effect.couldNot.map(
    ({ id, why }) =>
      `- ${style.strong(`${of} could not be looked at:`)} ${style.text(describeObject(id))}: ${style.text(shorten(why, MESSAGE_LIMIT))}`,
  );
  return [
    ...cut(refused, "refusal"),
    ...cut(unseen, "object that could not be looked at", "objects that could not be looked at"),
  ];
}

function cut(items: readonly string[], one: string, many?: string): string[] {
  const left = items.length - SHOWN;
  return left > 0 ? [...items.slice(0, SHOWN), `- … and ${plural(left, `more ${one}`, many && `more ${many}`)}`] : [...items];
}

const WHAT_TO_DO: Record<EffectRefusal["reason"], string> = {
  immutable:
    "It can only be set when the object is made: leave it as it is, or have whoever runs the cluster replace the object.",
  invalid: "Correct the value, or the chart that makes this of it.",
  policy: "Change what the policy names, or ask whoever runs the cluster.",
  quota: "Ask for less, or have the quota raised.",
  conflict: "Take the value out of git and leave it to them, or have them give it up.",
  ownership: "Give the object another name, or let whoever made it hand it over to the release.",
  forbidden: "Ask whoever runs the cluster.",
};

function describeRefusal({ id, field, reason, message, since }: EffectRefusal, style: Style): string {
  const where = field === undefined ? "" : ` at ${style.text(field)}`;
  const when = since === undefined ? "" : ` (since ${since.replace("T", " ").replace(/:\d\dZ$/, " UTC")})`;
  return `${style.text(describeObject(id))}${where}: ${style.text(shorten(message, MESSAGE_LIMIT))}${when}. ${WHAT_TO_DO[reason]}`;
}

/** What a rollout would do beyond what git changes, such as setting back what somebody changed by hand. */
export function describeBeyond(diff: ReleaseDiff, effect: ReleaseEffect, limitBytes: number): string {
  const lines = beyondLines(diff, effect);
  if (lines.length === 0) return notYet(effect).join("");
  const { text, left } = takeParts(lines, limitBytes, "\n");
  const block = fence(left === 0 ? text : `${text}\n… ${plural(left, "more line")}`, "diff");
  return [`${BEYOND_INTRO}\n${block}`, ...notYet(effect)].join("\n\n");
}

/** All of it in pieces, each of them Markdown that leaves nothing open. */
export function beyondParts(diff: ReleaseDiff, effect: ReleaseEffect): string[] {
  return [...fences(beyondLines(diff, effect), BEYOND_INTRO), ...notYet(effect)];
}

const BEYOND_INTRO = "The rollout would also do this in the cluster:";

function notYet({ notYet: [first, ...others] }: ReleaseEffect): string[] {
  if (!first) return [];
  const objects = plural(others.length + 1, "object");
  return [`_${objects} cannot be tried before ${escapeMarkdown(first.missing)} is there._`];
}

/** The same without a fence. */
export function beyondLines(diff: ReleaseDiff, effect: ReleaseEffect): string[] {
  const intended = new Map(diff.objects.map((object) => [objectKey(object.id), object]));
  return effect.objects.flatMap((object) => {
    const intent = intended.get(objectKey(object.id));
    const paths = new Set(intent?.fields.map(({ path }) => path));
    const fields = object.fields.filter(({ path }) => !paths.has(path));
    if (intent && fields.length === 0) return [];
    return [`# ${describeObject(object.id)}${MARKS[object.change]}`, ...fields.flatMap(describeEffectField)];
  });
}

function describeEffectField(field: EffectField): string[] {
  const [last, ...before] = describeField(field).toReversed();
  const mark = field.byCluster ? " (set by the cluster itself)" : "";
  return [...before.toReversed(), `${last}${mark}`];
}

const MARKS: Record<EffectChange["change"], string> = {
  created: " (new)",
  changed: "",
  deleted: " (deleted: no longer in the release)",
  adopted: " (there already, and taken over)",
  kept: " (no longer in the release, and kept as its resource policy says)",
};
