/** Characters that change the direction of text or hide in it: a name may not make a diff read as something else. */
const INVISIBLE = /[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not reach a reader's terminal
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Text from outside as text: no links, mentions, HTML, emphasis or table cells come out of it. */
export function escapeMarkdown(text: string): string {
  return clean(text)
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]()#+!|~]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/@(?=[A-Za-z0-9])/g, "@\u2060")
    .replace(/(https?:)\/\//gi, "$1\u2060//");
}

/** Text from outside in a fence that it cannot close. */
export function fence(text: string, language = ""): string {
  const body = clean(text);
  const longestRun = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = "`".repeat(longestRun + 1);
  return `${marks}${language}\n${body}\n${marks}`;
}

export function clean(text: string): string {
  return text.replace(INVISIBLE, "\ufffd").replace(CONTROL, "\ufffd");
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** As many whole parts as fit; never a part of a part, so that no fence or table is left open. */
export function takeParts(parts: readonly string[], limitBytes: number): { text: string; left: number } {
  const taken: string[] = [];
  let bytes = 0;
  for (const part of parts) {
    bytes += byteLength(part) + 2;
    if (bytes > limitBytes) break;
    taken.push(part);
  }
  return { text: taken.join("\n\n"), left: parts.length - taken.length };
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "staging, then prod": environments in the order in which a change reaches them. */
export function inOrder(names: readonly string[]): string {
  return names.join(", then ");
}
