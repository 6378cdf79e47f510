/** A stretch of a text that must not leave, `end` exclusive, in UTF-16 units. */
export interface Sighting {
  start: number;
  end: number;
  /** what the reader is told instead */
  where: string;
  /** a value that we were told, rather than one that only looks like a key */
  isKnown: boolean;
}

/**
 * Joins stretches that overlap, so that no end of one secret stays visible beside another.
 * @returns disjoint stretches by position; a joined one carries the name of a known value before a guess, then of the longest
 */
export function mergeSightings(sightings: Sighting[]): Sighting[] {
  const merged: Sighting[] = [];
  let named: Sighting | undefined;
  for (const sighting of sightings.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || named === undefined || sighting.start >= last.end) {
      merged.push({ ...sighting });
      named = sighting;
      continue;
    }
    last.end = Math.max(last.end, sighting.end);
    named = betterNamed(named, sighting);
    last.where = named.where;
    last.isKnown = named.isKnown;
  }
  return merged;
}

function betterNamed(one: Sighting, other: Sighting): Sighting {
  if (one.isKnown !== other.isKnown) return one.isKnown ? one : other;
  return other.end - other.start > one.end - one.start ? other : one;
}
