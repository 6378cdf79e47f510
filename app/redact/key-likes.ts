import { KEY_LIKES } from "../domain/key-likes.ts";
import type { Sighting } from "./sighting.ts";

/** Finds what looks like a key though nobody told us of it. */
export function findKeyLikes(text: string): Sighting[] {
  return KEY_LIKES.flatMap(({ kind, pattern }) => Array.from(text.matchAll(pattern), (match) => toSighting(match, kind)));
}

function toSighting(match: RegExpExecArray, kind: string): Sighting {
  const whole: [number, number] = [match.index, match.index + match[0].length];
  const key = match.indices?.groups?.key ?? whole;
  const head = match.indices?.groups?.head ?? key;
  return { start: head[0], end: key[1], where: `looks like ${kind}`, isKnown: false };
}
