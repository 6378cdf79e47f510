/** Every string that leaves the process passes through here: checks, comments, logs, errors, database rows. */
export interface Redactor {
  /** From now on the value is hidden in every text, in the forms in which it may be quoted. `where` is shown instead. */
  addSecret(value: string, where: string): void;
  redact(text: string): string;
}

/** Shorter ones would take ordinary words out of sentences. */
const SECRET_MIN_LENGTH = 6;

/** Looks like a key, whoever put it there. */
const KEY_SHAPES: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, "a private key"],
  [/\b(?:gh[opsu]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g, "a GitHub token"],
  [/\bAKIA[0-9A-Z]{16}\b/g, "an AWS key"],
  [/\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/g, "an age key"],
  [/\bxox[abprs]-[A-Za-z0-9-]{10,}/g, "a Slack token"],
  [/\bGOCSPX-[A-Za-z0-9_-]{20,}/g, "a Google client secret"],
  [/\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g, "a signed token"],
];

export function createRedactor(): Redactor {
  const known = new Map<string, string>();
  let pattern: RegExp | undefined;

  function redactKnown(text: string): string {
    if (known.size === 0) return text;
    pattern ??= compile([...known.keys()]);
    return text.replace(pattern, (found) => `[hidden: ${known.get(found) ?? "a secret"}]`);
  }

  return {
    addSecret(value, where) {
      const parts = [value, ...value.split("\n")].map((part) => part.trim()).filter((part) => part.length >= SECRET_MIN_LENGTH);
      for (const form of parts.flatMap(formsOf)) known.set(form, where);
      pattern = undefined;
    },
    redact(text) {
      return KEY_SHAPES.reduce((clean, [shape, kind]) => clean.replace(shape, `[hidden: looks like ${kind}]`), redactKnown(text));
    },
  };
}

/** Longest first, so that a secret which contains another is taken out whole. */
function compile(forms: string[]): RegExp {
  const alternatives = forms.sort((a, b) => b.length - a.length).map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(alternatives.join("|"), "g");
}

/** The ways in which Helm, Kubernetes, Go and JavaScript quote a value when they complain about it. */
function formsOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value);
  const hex = Buffer.from(value).toString("hex");
  return [
    value,
    json,
    url,
    url.replaceAll("%20", "+"),
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    hex,
    ...base64Forms(value),
  ].filter((form) => form.length >= SECRET_MIN_LENGTH);
}

/** Inside a longer base64 text a value begins at one of three offsets; the characters at its edges depend on its neighbours. */
function base64Forms(value: string): string[] {
  const forms = [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    const firstWhole = Math.ceil((offset * 8) / 6);
    const lastWhole = Math.floor((bytes.length * 8) / 6);
    return [bytes.toString("base64").slice(firstWhole, lastWhole), bytes.toString("base64url").slice(firstWhole, lastWhole)];
  });
  // Eight characters carry six bytes; a shorter run would meet ordinary text.
  return forms.filter((form) => form.length >= 8);
}
