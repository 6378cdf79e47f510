import type { RefusedEntry } from "../../load/config-tree.ts";

export const FILE_LIMIT_BYTES = 1024 * 1024;

/** Letters, marks, digits, punctuation, signs and blanks of any script: nothing that is invisible or turns the text around. */
const SEGMENT = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,255}$/u;
const DEPTH_LIMIT = 20;

/** One line of `git ls-tree -r -z --long`, or a file of a folder. */
export interface RawEntry {
  mode: string;
  path: string;
  /** Undefined for a submodule, which has none. */
  bytes: number | undefined;
}

const MODES: Readonly<Record<string, RefusedEntry["why"]>> = { "120000": "link", "160000": "submodule" };

/** @returns why an entry is never read; undefined for a plain file of a usual name and size */
export function refusalOf({ mode, path, bytes }: RawEntry): RefusedEntry["why"] | undefined {
  const segments = path.split("/");
  const isOdd = segments.length > DEPTH_LIMIT || segments.some((segment) => !SEGMENT.test(segment) || segment.includes("\\"));
  if (isOdd) return "name";
  return MODES[mode] ?? ((bytes ?? 0) > FILE_LIMIT_BYTES ? "size" : undefined);
}

/** Signs that cannot be seen are shown as what they are, so that a finding can name the file. */
export function visiblePath(path: string): string {
  return path
    .slice(0, 300)
    .replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);
}
