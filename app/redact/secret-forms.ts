/** One spelling under which a secret may be met. Escaped spellings are not among them: see `viewsOf`. */
export interface SecretForm {
  text: string;
  /** the character before or after it may carry bits of the secret and of its neighbour, as base64 does */
  sharesBefore: boolean;
  sharesAfter: boolean;
}

/** Shorter ones would hide half of every text, and stand against guessing no better when hidden. */
export const MIN_SECRET_LENGTH = 6;

/** @returns the spellings of a value as a whole and of each of its lines: as it is, base64 and hex; none if it is too common */
export function formsOf(value: string): SecretForm[] {
  return wordingsOf(value).flatMap((wording) => [asItIs(wording), ...hexForms(wording), ...base64Forms(wording)]);
}

// Logs, diffs and YAML blocks show a long value line by line, each with an indent or a sign before it.
function wordingsOf(value: string): string[] {
  const lines = value.split(/\r\n|\r|\n/);
  const tellingLines = lines.length === 1 ? lines : lines.filter((line) => !isBareSetting(line));
  const wordings = [value, value.trim(), ...tellingLines.map((line) => line.trim())];
  return [...new Set(wordings)].filter(canBeHidden);
}

const COMMON_WORDS = new Set(
  (
    "admin administrator allowed anonymous cluster default denied disabled enabled example hidden jovyan jupyter jupyterhub " +
    "kubernetes localhost namespace nobody password postgres postgresql production secret service staging string student " +
    "students system undefined unknown username"
  ).split(" "),
);
const PEM_BOUNDARY = /^-{5}(?:BEGIN|END) [A-Z0-9 ]+-{5}$/;

/** False for what would tear holes in every text: words such as `admin` or `true`, numbers below six digits, a row of one character. */
function canBeHidden(value: string): boolean {
  const bare = value.trim();
  if (bare.length < MIN_SECRET_LENGTH || COMMON_WORDS.has(bare.toLowerCase())) return false;
  if (/^[-+]?[\d.,_]+$/.test(bare) && bare.replace(/\D/g, "").length < 6) return false;
  return !/^(.)\1*$/s.test(bare) && !PEM_BOUNDARY.test(bare);
}

// A secret may be a whole settings file. `singleuser:` or `enabled: true` in it tell nothing, and stand in every diff.
function isBareSetting(line: string): boolean {
  const setting = /^\s*(?:- )?["']?[\w.-]+["']?:(?:\s+(.*))?$/.exec(line);
  if (setting === null) return false;
  const value = (setting[1] ?? "").trim().replace(/^["']|["']$/g, "");
  return (
    /^(?:|true|false|null|yes|no|on|off|[-+]?[\d.,_]{1,5}|[|>][-+]?|\{\}|\[\])$/i.test(value) ||
    COMMON_WORDS.has(value.toLowerCase())
  );
}

function asItIs(text: string): SecretForm {
  return { text, sharesBefore: false, sharesAfter: false };
}

function hexForms(value: string): SecretForm[] {
  const hex = Buffer.from(value).toString("hex");
  return [asItIs(hex), asItIs(hex.toUpperCase())];
}

// Inside a longer base64 text a value starts at one of three places of a 3-byte group, and looks different at each.
function base64Forms(value: string): SecretForm[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((bytesBefore) => {
    const encoded = Buffer.concat([Buffer.alloc(bytesBefore), bytes]).toString("base64");
    const bitsToEnd = (bytesBefore + bytes.length) * 8;
    // Only characters whose six bits all come from the value are the same whatever stands around it.
    const text = encoded.slice(Math.ceil((bytesBefore * 8) / 6), Math.floor(bitsToEnd / 6));
    const form = { text, sharesBefore: bytesBefore > 0, sharesAfter: bitsToEnd % 6 > 0 };
    const urlSafe = text.replaceAll("+", "-").replaceAll("/", "_");
    return urlSafe === text ? [form] : [form, { ...form, text: urlSafe }];
  });
}
