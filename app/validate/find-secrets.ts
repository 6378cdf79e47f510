import { KEY_LIKES } from "../domain/key-likes.ts";

/** A secret that stands in clear. What it is is never kept: only where. */
export interface ClearSecret {
  /** Counts from 0. */
  line: number;
  /** With its article: “a GitHub token”. */
  kind: string;
  /** By its shape it can be nothing else. */
  isSure: boolean;
}

/** Shapes that are sure enough to stop a pull request: those with words around them also fit examples in documents. */
const SURE = /private key|GitHub|AWS|age key|Google client secret|Slack/;

/** Tokens that course hubs have besides. @see the documentation of Canvas, GitLab, Google, npm, PyPI and Docker */
const MORE: readonly { kind: string; pattern: RegExp }[] = [
  { kind: "a Canvas token", pattern: /(?<![\w~])\d{1,6}~[A-Za-z0-9]{64}(?!\w)/g },
  { kind: "a GitLab token", pattern: /(?<!\w)gl(?:pat|ptt|dt|rt)-[\w-]{20,}/g },
  { kind: "a Google API key", pattern: /(?<!\w)AIza[\w-]{35}(?![\w-])/g },
  { kind: "an npm token", pattern: /(?<!\w)npm_[A-Za-z0-9]{36}(?!\w)/g },
  { kind: "a PyPI token", pattern: /(?<!\w)pypi-AgE[\w-]{50,}/g },
  { kind: "a Docker Hub token", pattern: /(?<!\w)dckr_pat_[\w-]{20,}/g },
];

/** Keys whose value is a secret by their name, and not the name, the address or the file of one. */
const SECRET_KEY =
  /(?:^|[\s"'{,-])([\w.-]{0,60}(?:secret|token|passw(?:or)?d|api_?key|private_?key|credential|cookie_?secret|encryption_?key|crypt_?keeper)s?)["']?\s{0,4}[:=]\s{0,4}["']?([^\s"',}#]{16,500})/gi;
const VALUE_LIMIT = 4_000;

/** @param text of one file, or what a commit adds to it */
export function findSecrets(text: string): ClearSecret[] {
  const lineAt = lineCounter(text);
  const shaped = [...KEY_LIKES, ...MORE].flatMap(({ kind, pattern }) =>
    Array.from(text.matchAll(pattern), (match) => ({
      line: lineAt(match.index),
      kind,
      isSure: SURE.test(kind) || MORE.some((more) => more.kind === kind),
    })),
  );
  const told = new Set(shaped.map(({ line }) => line));
  const named = text
    .split("\n")
    .flatMap((line, index): ClearSecret[] =>
      line.length < VALUE_LIMIT && !told.has(index) && hasNamedSecret(line)
        ? [{ line: index, kind: "a secret, by its key and its randomness", isSure: false }]
        : [],
    );
  return [...shaped, ...named];
}

function hasNamedSecret(line: string): boolean {
  return Array.from(line.matchAll(SECRET_KEY)).some(([, , value = ""]) => looksRandom(value));
}

/** What a machine made up: long, of many letters and digits, and no path, address, template, digest or cipher text. */
function looksRandom(value: string): boolean {
  if (/^(?:ENC\[|sha\d+:|https?:|[./~$<{*&!|]|campanile-placeholder:|projects\/)/.test(value)) return false;
  if (/[(){}<>$\\]|::|\/\//.test(value) || /^[a-z]+(?:[-_.][a-z]+)*$/i.test(value)) return false;
  if (/^(?:[0-9a-f]{32,}|[0-9A-F]{32,})$/.test(value)) return entropyBits(value) > 3;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(value)).length;
  return value.length >= 20 && kinds === 3 && entropyBits(value) > 3.7;
}

/** Shannon's, per character. */
function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => starts.findLastIndex((start) => start <= offset);
}
