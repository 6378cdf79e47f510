/** The shapes of keys and tokens that are known to everybody. */
export interface KeyLike {
  /** with its article */
  kind: string;
  /** group `key` is what to hide, else all of it; group `head` is where it begins, if that is before the match */
  pattern: RegExp;
}

const PRIVATE_KEY_NAMES = ["", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED "];

/** Each pattern stays linear in the text, whoever wrote it. */
export const KEY_LIKES: readonly KeyLike[] = [
  // To its END line, or, where it was cut off, as far as it goes on in long words. The bare BEGIN line is no key.
  // A removed line of a diff puts a sixth dash before END. No body holds five dashes, so each block is walked once.
  {
    kind: "a private key",
    pattern:
      /-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----(?:(?:(?!-----)[\s\S]){1,32768}?-{5,6}END [A-Z0-9 ]{1,64}-----|(?:[^A-Za-z0-9+/=]{1,32}[A-Za-z0-9+/=]{24,})+)/g,
  },
  // As in the client-key-data of a kubeconfig and the data of a Secret.
  {
    kind: "a private key",
    pattern: new RegExp(`(?:${PRIVATE_KEY_NAMES.map(base64Opening).join("|")})[A-Za-z0-9+/_-]*={0,2}`, "g"),
  },
  { kind: "a GitHub token", pattern: /(?:gh[opsur]_|github_pat_)[\w-]{20,}(?:\.[\w-]{20,}){0,2}/g },
  { kind: "an AWS access key", pattern: /A(?:KIA|SIA)[A-Z0-9]{16}/g },
  { kind: "an age key", pattern: /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{20,}/g },
  { kind: "a Google client secret", pattern: /GOCSPX-[\w-]{20,}/g },
  { kind: "a Slack token", pattern: /xox[abeprs]-[A-Za-z0-9-]{10,}/g },
  // Begins at the dot: before it there is one segment only, so that looking back never walks a character twice.
  { kind: "a JWT", pattern: /\.eyJ(?<=(?<head>eyJ[\w-]{10,})\.eyJ)[\w-]{5,}\.[\w-]*/g },
  { kind: "a bearer token", pattern: /(?:[Bb]earer|BEARER)\s{1,8}(?<key>[A-Za-z0-9._~+/-]{20,}={0,2})/g },
  {
    kind: "an authorization header",
    pattern:
      /(?:[Aa]uth|AUTH)(?:orization|ORIZATION)["']?\s{0,4}[:=]\s{0,4}["']?(?:[Bb]asic|[Tt]oken|BASIC|TOKEN)\s{1,8}(?<key>[A-Za-z0-9._~+/-]{8,}={0,2})/g,
  },
  { kind: "a token in an address", pattern: /x-access-token:(?<key>[^\s:@/[\]"']{1,1024})@/g },
  { kind: "a password in an address", pattern: /:\/\/[^\s:@/[\]"']{0,256}:(?<key>[^\s:@/[\]"']{1,1024})@/g },
].map(({ kind, pattern }) => ({ kind, pattern: new RegExp(pattern, "dg") }));

// Whole groups of three bytes only: what follows them does not change their letters.
function base64Opening(name: string): string {
  const opening = Buffer.from(`-----BEGIN ${name}PRIVATE KEY-----`);
  return opening.subarray(0, opening.length - (opening.length % 3)).toString("base64");
}
