import { MIN_SECRET_LENGTH, type SecretForm } from "./secret-forms.ts";
import type { Sighting } from "./sighting.ts";

/** Finds thousands of strings in one pass over a text. */
export interface FormIndex {
  add(form: SecretForm, where: string): void;
  /** @returns stretches in order of position; those that overlap are joined already */
  find(text: string): Sighting[];
}

interface KnownForm extends SecretForm {
  where: string;
}

// Each character moves older ones up by 4 of 24 bits, so the fingerprint is that of the last six characters exactly.
const FINGERPRINT_STEP_BITS = 4;
const FINGERPRINT_MASK = 2 ** (FINGERPRINT_STEP_BITS * MIN_SECRET_LENGTH) - 1;

/**
 * Forms are kept by their first six characters, as no form is shorter. A table with one bit per fingerprint answers "none
 * starts here" for nearly every position without cutting a string out of the text.
 */
export function createFormIndex(): FormIndex {
  const formsByStart = new Map<string, KnownForm[]>();
  const mayStart = new Uint8Array((FINGERPRINT_MASK + 1) / 8);
  return {
    add(form, where) {
      const start = form.text.slice(0, MIN_SECRET_LENGTH);
      const forms = formsByStart.get(start) ?? [];
      if (forms.some((known) => known.text === form.text)) return;
      forms.push({ ...form, where });
      forms.sort((a, b) => b.text.length - a.text.length);
      formsByStart.set(start, forms);
      const fingerprint = fingerprintOf(start);
      mayStart[fingerprint >>> 3] = (mayStart[fingerprint >>> 3] ?? 0) | (1 << (fingerprint & 7));
    },
    find: (text) => (formsByStart.size === 0 ? [] : findForms(text, formsByStart, mayStart)),
  };
}

function findForms(text: string, formsByStart: Map<string, KnownForm[]>, mayStart: Uint8Array): Sighting[] {
  const found: Sighting[] = [];
  let longest = 0;
  let fingerprint = fingerprintOf(text.slice(0, MIN_SECRET_LENGTH - 1));
  for (let last = MIN_SECRET_LENGTH - 1; last < text.length; last++) {
    fingerprint = nextFingerprint(fingerprint, text.charCodeAt(last));
    if (((mayStart[fingerprint >>> 3] ?? 0) & (1 << (fingerprint & 7))) === 0) continue;
    const start = last - MIN_SECRET_LENGTH + 1;
    const form = formsByStart.get(text.slice(start, last + 1))?.find((known) => text.startsWith(known.text, start));
    if (form === undefined) continue;
    const sighting = sightingOf(form, text, start);
    const previous = found.at(-1);
    // Joined at once, as a value that overlaps itself may be met at every position.
    if (previous === undefined || sighting.start >= previous.end) {
      found.push(sighting);
      longest = form.text.length;
    } else {
      previous.end = Math.max(previous.end, sighting.end);
      if (form.text.length > longest) previous.where = form.where;
      longest = Math.max(longest, form.text.length);
    }
  }
  return found;
}

function sightingOf(form: KnownForm, text: string, position: number): Sighting {
  let start = position;
  let end = position + form.text.length;
  if (form.sharesBefore && isBase64(text[start - 1])) start -= 1;
  if (form.sharesAfter && isBase64(text[end])) end += 1;
  // Padding belongs to it: left behind, it tells the length modulo three.
  if (form.sharesAfter) while (text[end] === "=") end += 1;
  return { start, end, where: form.where, isKnown: true };
}

function isBase64(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9+/_-]/.test(character);
}

function fingerprintOf(text: string): number {
  let fingerprint = 0;
  for (let index = 0; index < text.length; index++) fingerprint = nextFingerprint(fingerprint, text.charCodeAt(index));
  return fingerprint;
}

function nextFingerprint(fingerprint: number, charCode: number): number {
  return ((fingerprint << FINGERPRINT_STEP_BITS) ^ charCode) & FINGERPRINT_MASK;
}
