import { viewsOf } from "./decoded-views.ts";
import { createFormIndex, type FormIndex } from "./form-index.ts";
import { findKeyLikes } from "./key-likes.ts";
import { redactDeep } from "./redact-deep.ts";
import { formsOf } from "./secret-forms.ts";
import { mergeSightings, type Sighting } from "./sighting.ts";

/** The boundary of the process: whatever goes to GitHub, a log, a row or a page passes through here first. */
export interface Redactor {
  /**
   * Makes a value known, so that it is hidden from then on. Not added are values below six characters and
   * those too common to hide: words such as `admin`, numbers below six digits.
   * @param where the words that stand in its place, such as `Secret data8-prod/hub, key hub.db.password`; if two places
   *   hold the same value, the first one is named
   */
  addSecret(value: string, where: string): void;
  /**
   * @param text a whole text: half a secret is not recognised, so redact before cutting, and logs by whole lines
   * @returns the text with each known value, in any of its forms, as `[hidden: <where>]`, and whatever else looks like a
   *   key as `[hidden: looks like ...]`; the very same text if there is nothing to hide
   */
  redact(text: string): string;
  /** The same for a JSON value (keys too) and for errors (message, stack, cause); gives a copy, never changes the value. */
  redactDeep(value: unknown): unknown;
}

export function createRedactor(): Redactor {
  const known = createFormIndex();
  const redact = (text: string) => redactText(text, known);
  return {
    addSecret(value, where) {
      for (const form of formsOf(value)) known.add(form, where);
    },
    redact,
    redactDeep: (value) => redactDeep(value, redact),
  };
}

function redactText(text: string, known: FormIndex): string {
  const sightings = findSecrets(text, known);
  if (sightings.length === 0) return text;
  const marks = new Map<string, string>();
  let redacted = "";
  let position = 0;
  for (const { start, end, where } of sightings) {
    const mark = marks.get(where) ?? markFor(where, known);
    marks.set(where, mark);
    redacted += text.slice(position, start) + mark;
    position = end;
  }
  return redacted + text.slice(position);
}

// A place may be named after a value that is secret elsewhere, and then the mark itself would tell it. It also has to
// stay as it is when a text is redacted twice.
function markFor(where: string, known: FormIndex): string {
  const oneLine = where.replace(/\s+/g, " ").trim();
  return findSecrets(oneLine, known).length === 0 ? `[hidden: ${oneLine}]` : "[hidden: a secret]";
}

function findSecrets(text: string, known: FormIndex): Sighting[] {
  const sightings: Sighting[] = [];
  for (const view of viewsOf(text)) {
    for (const found of [known.find(view.text), findKeyLikes(view.text)]) {
      for (const sighting of found) {
        sightings.push({ ...sighting, start: view.sourceStartOf(sighting.start), end: view.sourceEndOf(sighting.end) });
      }
    }
  }
  return mergeSightings(sightings);
}
