/** Characters that change the direction of text or hide in it: a name may not make a diff read as something else. */
const INVISIBLE =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not reach a reader's terminal
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A sentence that is longer than this is read by nobody, and a comment has room for many. */
const TEXT_LIMIT = 1_600;

/** Invisible, and neither a word nor a space: what GitHub would make a link of is two things with it in between. */
const JOINER = "\u2060";

/** Text from outside as text: no links, mentions, HTML, emphasis or table cells come out of it. */
export function escapeMarkdown(text: string): string {
  return (
    shorten(oneLine(text), TEXT_LIMIT)
      .replace(/[\\`*_{}[\]()#+!|~]/g, "\\$&")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      // A mention or an address of mail, but not the `@sha256:` of an image, which people copy.
      .replace(/@(?=[A-Za-z0-9])(?!(?<=\w@)sha(?:256|512):)/g, `@${JOINER}`)
      .replace(/(?<=[A-Za-z]):(?=\/\/)|(?<=\bwww)\.|(?<=\bmailto):|(?<=\bxmpp):/gi, `$&${JOINER}`)
      .replace(/#(?=\d)|\bGH-(?=\d)/gi, `$&${JOINER}`)
  );
}

/** Text from outside on one line, for places that are no Markdown: titles, fenced lines. */
export function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, " ").trim();
}

/** Text from outside in a fence that it cannot close. */
export function fence(text: string, language = ""): string {
  const body = clean(text);
  const longestRun = [...body.matchAll(/`+/g)].reduce((longest, [run]) => Math.max(longest, run.length), 2);
  const marks = "`".repeat(longestRun + 1);
  return `${marks}${language}\n${body}\n${marks}`;
}

export function clean(text: string): string {
  return text.replace(INVISIBLE, "\ufffd").replace(CONTROL, "\ufffd");
}

/** At most so many characters; a cut is shown and never goes through one of them. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/**
 * As many whole parts as fit; never a part of a part, so that no fence or table is left open.
 * @param between what stands between two parts
 */
export function takeParts(parts: readonly string[], limitBytes: number, between = "\n\n"): { text: string; left: number } {
  let count = 0;
  let bytes = 0;
  for (const part of parts) {
    bytes += byteLength(part) + byteLength(between);
    if (bytes > limitBytes) break;
    count++;
  }
  return { text: parts.slice(0, count).join(between), left: parts.length - count };
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "staging, then prod": environments in the order in which a change reaches them. */
export function inOrder(names: readonly string[]): string {
  return names.join(", then ");
}

/** A finding's code, leading to its page where there is one. */
export function codeOf({ code, page }: { code: string; page?: string }): string {
  return page === undefined ? `\`${code}\`` : link(`\`${code}\``, page);
}

/** @param words Markdown */
export function link(words: string, address: string): string {
  return `[${words}](${encodeURI(address).replace(/[()]/g, "\\$&")})`;
}
