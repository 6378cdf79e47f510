/** A text as a reader would see it after undoing one way of escaping, with the way back to the places in the source. */
interface View {
  text: string;
  sourceStartOf(position: number): number;
  /** @param end exclusive */
  sourceEndOf(end: number): number;
}

/**
 * Secrets are looked for in what an escaped text means, rather than in every escaped spelling of a secret: which
 * characters are escaped, and how, differs by library (Go writes `<` as `\u003c`, Python `é` as `\u00e9`, Markdown `|` as `\|`).
 * @returns the text itself first, then a view for each way of escaping that occurs in it
 */
export function* viewsOf(text: string): Generator<View> {
  const plain: View = { text, sourceStartOf: (position) => position, sourceEndOf: (end) => end };
  yield plain;
  yield* viewsBeneath(plain, ESCAPINGS);
}

interface Escaping {
  pattern: RegExp;
  /** @returns undefined for what only looks like an escape */
  decode(escaped: string): string | undefined;
  /** what may be escaped within it: JSON in JSON, JSON in a URL, HTML in JSON */
  within: readonly Escaping[];
}

const PERCENT_CHARACTER =
  "%[0-7][0-9A-Fa-f]|%[CDcd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]|%[Ee][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){2}|%[Ff][0-7](?:%[89ABab][0-9A-Fa-f]){3}";

const HTML: Escaping = {
  pattern: /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});/g,
  decode: decodeHtml,
  within: [],
};
// JSON, Go's %q, Python's repr, Markdown and quoted shell words all escape by a backslash, and agree where they overlap.
const BACKSLASH_PATTERN = /\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[bfnrtv]|[^A-Za-z0-9\s])/g;
// The backslash at the end of a path is none of the secret's behind it, and may make an escape of that one's first letters.
const NO_LETTERS_PATTERN = /\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[^A-Za-z0-9\s])/g;
const BACKSLASH_TWICE: Escaping = { pattern: BACKSLASH_PATTERN, decode: decodeBackslash, within: [] };
const BACKSLASH: Escaping = { pattern: BACKSLASH_PATTERN, decode: decodeBackslash, within: [BACKSLASH_TWICE, HTML] };

const ESCAPINGS: readonly Escaping[] = [
  { pattern: new RegExp(PERCENT_CHARACTER, "g"), decode: decodePercent, within: [BACKSLASH_TWICE] },
  // Forms write a space as "+"; in any other URL a "+" means itself, hence two views.
  { pattern: new RegExp(`\\+|${PERCENT_CHARACTER}`, "g"), decode: decodeForm, within: [] },
  BACKSLASH,
  { pattern: NO_LETTERS_PATTERN, decode: decodeBackslash, within: [] },
  HTML,
  // `base64` and `openssl` break lines at 76 and 64 characters.
  { pattern: /(?<=[A-Za-z0-9+/]{60})\r?\n[ \t]{0,64}(?=[A-Za-z0-9+/])/g, decode: () => "", within: [] },
  // YAML doubles the apostrophe within single quotes.
  { pattern: /''/g, decode: () => "'", within: [] },
];

function* viewsBeneath(source: View, escapings: readonly Escaping[]): Generator<View> {
  for (const escaping of escapings) {
    const view = decodeView(source, escaping);
    if (view === undefined) continue;
    yield view;
    yield* viewsBeneath(view, escaping.within);
  }
}

interface Escape {
  start: number;
  end: number;
  sourceStart: number;
  sourceEnd: number;
}

function decodeView(source: View, { pattern, decode }: Escaping): View | undefined {
  const escapes: Escape[] = [];
  let text = "";
  let position = 0;
  for (const match of source.text.matchAll(pattern)) {
    const decoded = decode(match[0]);
    if (decoded === undefined) continue;
    text += source.text.slice(position, match.index);
    position = match.index + match[0].length;
    escapes.push({ start: text.length, end: text.length + decoded.length, sourceStart: match.index, sourceEnd: position });
    text += decoded;
  }
  if (escapes.length === 0) return undefined;
  text += source.text.slice(position);
  return {
    text,
    sourceStartOf: (start) => source.sourceStartOf(stretchAt(escapes, start).start),
    sourceEndOf: (end) => source.sourceEndOf(stretchAt(escapes, end - 1).end),
  };
}

// Where one character of the view stands in the source: an escape as a whole, anything else as one character.
function stretchAt(escapes: readonly Escape[], position: number): { start: number; end: number } {
  let low = 0;
  let high = escapes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((escapes[middle]?.start ?? Number.POSITIVE_INFINITY) <= position) low = middle + 1;
    else high = middle;
  }
  const before = escapes[low - 1];
  if (before === undefined) return { start: position, end: position + 1 };
  if (position < before.end) return { start: before.sourceStart, end: before.sourceEnd };
  const start = before.sourceEnd + position - before.end;
  return { start, end: start + 1 };
}

function decodePercent(escaped: string): string | undefined {
  try {
    return decodeURIComponent(escaped);
  } catch {
    // Bytes that are no UTF-8, such as an overlong form: no text, so nothing to find.
    return undefined;
  }
}

function decodeForm(escaped: string): string | undefined {
  return escaped === "+" ? " " : decodePercent(escaped);
}

const BACKSLASH_LETTERS = new Map(Object.entries({ b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" }));

function decodeBackslash(escaped: string): string | undefined {
  const letter = escaped.slice(1, 2);
  if (escaped.length === 2) return BACKSLASH_LETTERS.get(letter) ?? letter;
  return characterOf(Number.parseInt(escaped.slice(2), 16));
}

const HTML_NAMES = new Map(Object.entries({ "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'" }));

function decodeHtml(escaped: string): string | undefined {
  const named = HTML_NAMES.get(escaped);
  if (named !== undefined) return named;
  const isHex = /^&#x/i.test(escaped);
  return characterOf(Number.parseInt(escaped.slice(isHex ? 3 : 2, -1), isHex ? 16 : 10));
}

function characterOf(codePoint: number): string | undefined {
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : undefined;
}
