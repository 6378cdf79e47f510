import { distance } from "fastest-levenshtein";

/** The known name that somebody probably meant: at most a third of its letters differ. Undefined when none is near. */
export function suggestName(written: string, known: readonly string[]): string | undefined {
  const candidates = known
    .map((name) => ({ name, edits: distance(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.edits - b.edits || a.name.localeCompare(b.name));
  return candidates[0]?.name;
}
