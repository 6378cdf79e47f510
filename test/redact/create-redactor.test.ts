import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KEY_LIKES } from "../../app/domain/key-likes.ts";
import { createRedactor } from "../../app/redact/create-redactor.ts";

const WHERE = "data8/staging: hub.token";
const MARK = `[hidden: ${WHERE}]`;

function redactorFor(...secrets: string[]) {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.addSecret(secret, WHERE);
  return redactor;
}

// Each holds what some encoding changes: quotes, spaces, slashes, non-ASCII. The letter and digit at the front keep a drawn
// one off the list of common words and numbers.
const canaries = fc
  .tuple(
    fc.stringMatching(/^[a-z][0-9][A-Z]$/),
    fc.array(fc.constantFrom(...`aZ09 "'\\/+&<>%|_=?#é漢😀-.`), { minLength: 5, maxLength: 60 }),
  )
  .map(([front, rest]) => `${front}${rest.join("")}$`);
const contexts = fc.string({ unit: "grapheme", maxLength: 30 });

const lowerHex = (text: string) => text.replace(/%[0-9A-F]{2}/g, (escaped) => escaped.toLowerCase());
const jsonBody = (text: string) => JSON.stringify(text).slice(1, -1);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const goJson = (text: string) => jsonBody(text).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
const asciiJson = (text: string) =>
  jsonBody(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
const html = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

const FORMS: Record<string, (secret: string) => string> = {
  "as it is": (secret) => secret,
  base64,
  "base64 without padding": (secret) => base64(secret).replace(/=+$/, ""),
  "URL-safe base64": (secret) => base64(secret).replaceAll("+", "-").replaceAll("/", "_"),
  "URL-safe base64 without padding": (secret) => Buffer.from(secret).toString("base64url"),
  "base64 in lines of 64": (secret) => base64(secret).replace(/.{64}(?=.)/g, "$&\n  "),
  "base64 in a URL": (secret) => encodeURIComponent(base64(secret)),
  "URL, %20": encodeURIComponent,
  "URL, lower hex": (secret) => lowerHex(encodeURIComponent(secret)),
  "URL form, +": (secret) => new URLSearchParams([["", secret]]).toString().slice(1),
  "URL form, +, lower hex": (secret) => lowerHex(new URLSearchParams([["", secret]]).toString().slice(1)),
  "URL, each byte": (secret) => Buffer.from(secret).toString("hex").replace(/../g, "%$&"),
  JSON: jsonBody,
  "JSON as Go writes it": goJson,
  "JSON in ASCII": asciiJson,
  "JSON in JSON": (secret) => jsonBody(jsonBody(secret)),
  "JSON in a URL": (secret) => encodeURIComponent(jsonBody(secret)),
  "JSON with escaped slashes": (secret) => jsonBody(secret).replaceAll("/", "\\/"),
  hex: (secret) => Buffer.from(secret).toString("hex"),
  "upper hex": (secret) => Buffer.from(secret).toString("hex").toUpperCase(),
  HTML: html,
  "HTML with numbers": (secret) => secret.replace(/[^a-z]/giu, (character) => `&#${character.codePointAt(0)};`),
  "HTML with hex numbers": (secret) =>
    secret.replace(/[^a-z]/giu, (character) => `&#x${character.codePointAt(0)?.toString(16)};`),
  "HTML in JSON": (secret) => jsonBody(html(secret)),
  "a YAML single-quoted scalar": (secret) => secret.replaceAll("'", "''"),
};

describe("a canary never survives", () => {
  for (const [name, encode] of Object.entries(FORMS)) {
    test(`written as ${name}`, () => {
      fc.assert(
        fc.property(canaries, contexts, contexts, (canary, before, after) => {
          const redacted = redactorFor(canary).redact(before + encode(canary) + after);
          expect(redacted).not.toContain(encode(canary));
          expect(redacted).not.toContain(canary);
          expect(redacted).toContain(MARK);
          const exact = (middle: string) => `%41\\u0042 &amp;'' <${middle}> &lt;''\\n%43`;
          expect(redactorFor(canary).redact(exact(encode(canary)))).toBe(exact(MARK));
        }),
        { numRuns: 300 },
      );
    });
  }

  test("at any place of a longer base64 text, to the last bit", () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.boolean(),
        (canary, before, after, urlSafe) => {
          const encoded = Buffer.concat([before, Buffer.from(canary), after]).toString(urlSafe ? "base64url" : "base64");
          const start = Math.floor((before.length * 8) / 6);
          const end = Math.ceil(((before.length + canary.length) * 8) / 6);
          const rest = encoded.slice(end);
          const expected = encoded.slice(0, start) + MARK + (/^=*$/.test(rest) ? "" : rest);
          expect(redactorFor(canary).redact(encoded)).toBe(expected);
        },
      ),
    );
  });

  test.each(["b0Aaaa<a$", "n3Wsecret<1>", "x4Absecret&", "t9Zdoor|key"])(
    "behind a path that ends with a backslash: %s",
    (secret) => {
      for (const encode of [goJson, (text: string) => text.replaceAll("|", "\\|")]) {
        expect(redactorFor(secret).redact(`C:\\course\\${encode(secret)} `)).toBe(`C:\\course\\${MARK} `);
      }
    },
  );

  test("line by line, however it is indented", () => {
    const lines = fc.array(fc.stringMatching(/^[a-z][0-9][A-Za-z0-9/+]{8,40}$/), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(
        lines,
        fc.constantFrom("", "+    ", "- | ", "\t> "),
        fc.constantFrom("\n", "\r\n"),
        (secretLines, indent, lineEnd) => {
          const redactor = redactorFor(secretLines.join(lineEnd));
          const redacted = redactor.redact(secretLines.map((line) => indent + line).join("\n"));
          for (const line of secretLines) expect(redacted).not.toContain(line);
          expect(redacted.split("\n")).toHaveLength(indent === "" && lineEnd === "\n" ? 1 : secretLines.length);
        },
      ),
    );
  });

  test("beside others that overlap it", () => {
    const letters = fc.shuffledSubarray([..."bcdfghjklmnpqrstvwxz0123456789"], { minLength: 30 });
    fc.assert(
      fc.property(letters, fc.integer({ min: 6, max: 24 }), fc.integer({ min: 0, max: 5 }), (shuffled, cut, shared) => {
        const text = shuffled.join("");
        const redactor = createRedactor();
        redactor.addSecret(text.slice(0, cut), "first");
        redactor.addSecret(text.slice(cut - shared), "second");
        const both = cut >= 30 - cut + shared ? "[hidden: first]" : "[hidden: second]";
        expect(redactor.redact(`<${text}>`)).toBe(shared === 0 ? "<[hidden: first][hidden: second]>" : `<${both}>`);
      }),
    );
  });

  test("in a text that is redacted twice, which the second time stays as it is", () => {
    fc.assert(
      fc.property(canaries, contexts, contexts, (canary, before, after) => {
        const redactor = redactorFor(canary);
        const once = redactor.redact(before + canary + after);
        expect(redactor.redact(once)).toBe(once);
      }),
    );
  });
});

describe("a text without secrets comes back unchanged", () => {
  const secrets = Array.from({ length: 50 }, (_, index) => `s3cret-${index}-Zq8 "x"/é+${index * 7919}`);
  const pieces = fc.constantFrom(
    "%20",
    "%c3%a9",
    "%zz",
    "+",
    "\\u0041",
    "\\n",
    "\\",
    "&amp;",
    "&#65;",
    "''",
    "=",
    "s3cret-",
    "eyJ",
    "ghp_",
    "-----BEGIN ",
    ".",
  );

  test("whatever it consists of", () => {
    const redactor = redactorFor(...secrets);
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, contexts), { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        // Put together by chance, "ghp_" and twenty letters are what nobody can tell from a token.
        fc.pre(!KEY_LIKES.some(({ pattern }) => text.search(pattern) >= 0));
        expect(redactor.redact(text)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    "token: ENC[AES256_GCM,data:hV3Jx9Qm0w==,iv:4rVbY0l1mJ1xk5v0=,tag:Zk1yq8w==,type:str]",
    "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQm9ndXNDZXJ0aWZpY2F0ZTAKBggqhkjOPQQDAjAA\n-----END CERTIFICATE-----\n",
    "A key file begins with -----BEGIN PRIVATE KEY----- and this one does not.",
    "image: registry.example.edu:5000/data8@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    'Error: UPGRADE FAILED: deployments.apps "hub" is forbidden: User "system:serviceaccount:data8:deployer" cannot patch',
    "hub.data8-staging.svc.cluster.local:8081, https://data8.example.edu/hub/api/ and git@github.com:ds/data8.git",
    "The bearer of this token is admin; authorization: role-based; AKIA is a prefix, and so are ghp_ and xoxb-.",
  ])("%s", (text) => {
    expect(redactorFor(...secrets).redact(text)).toBe(text);
  });
});

describe("what looks like a key is hidden though nobody told", () => {
  const letters = "k3Y9".repeat(16);
  const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJvc2tpIn0.${letters.slice(0, 43)}`;
  const pem = `-----BEGIN RSA PRIVATE KEY-----\n${letters}\n${letters}\nab==\n-----END RSA PRIVATE KEY-----`;

  test.each([
    ["a private key", pem, ""],
    ["a private key", `-----BEGIN OPENSSH PRIVATE KEY-----\n  ${letters}\n  ${letters}`, ""],
    ["a private key", jsonBody(pem), ""],
    ["a private key", base64(pem), ""],
    ["a GitHub token", `ghp_${letters.slice(0, 36)}`, ""],
    ["a GitHub token", `gho_${letters.slice(0, 36)}`, ""],
    ["a GitHub token", `ghs_${letters.slice(0, 36)}`, ""],
    ["a GitHub token", `ghu_${letters.slice(0, 36)}`, ""],
    ["a GitHub token", `github_pat_${letters.slice(0, 22)}_${letters.slice(0, 59)}`, ""],
    ["an AWS access key", "AKIAIOSFODNN7CAMPANI", ""],
    ["an age key", `AGE-SECRET-KEY-1${"QPZRY9X8GF".repeat(6).slice(0, 58)}`, ""],
    ["a Google client secret", `GOCSPX-${letters.slice(0, 28)}`, ""],
    ["a Slack token", "xoxb-1234567890-abcdefghij", ""],
    ["a JWT", jwt, ""],
    ["a bearer token", letters, "Authorization: Bearer "],
    ["an authorization header", letters.slice(0, 32), "authorization: token "],
    ["a token in an address", "v1.4f2c", "x-access-token:"],
    ["a password in an address", "hunter2-hunter2", "postgres://campanile:"],
  ])("%s: %s", (kind, key, before) => {
    const after = before.endsWith(":") ? "@host/path" : " and more.";
    expect(createRedactor().redact(`x ${before}${key}${after}`)).toBe(`x ${before}[hidden: looks like ${kind}]${after}`);
    expect(createRedactor().redact(jsonBody(`\n${before}${key}${after}`))).not.toContain(key.slice(0, 40));
  });

  test("a known value is named rather than guessed", () => {
    const redactor = redactorFor(jwt);
    expect(redactor.redact(`Authorization: Bearer ${jwt}`)).toBe(`Authorization: Bearer ${MARK}`);
    expect(redactor.redact(`https://x-access-token:${encodeURIComponent(jwt)}@github.com`)).toBe(
      `https://x-access-token:${MARK}@github.com`,
    );
  });

  test("a known value and what looks like its continuation are hidden to the end of both", () => {
    const redactor = redactorFor("bot-token-ghp_k3Y9");
    expect(redactor.redact(`bot-token-ghp_${letters.slice(0, 36)}.`)).toBe(`${MARK}.`);
  });

  test("a removed key in a diff is hidden as one block", () => {
    const diff = pem
      .split("\n")
      .map((line) => `-${line}`)
      .join("\n");
    expect(createRedactor().redact(`${diff}\n+key: new`)).toBe("-[hidden: looks like a private key]\n+key: new");
  });
});

test("values too short or too common to hide are left alone", () => {
  const common = [
    "true",
    "false",
    "admin",
    "administrator",
    "Default",
    "password",
    "12345",
    "-1.2345",
    "10.0.0.1",
    "******",
    "  \n   ",
    "abc12",
    "admin\n",
  ];
  const redactor = redactorFor(...common);
  for (const value of common) expect(redactor.redact(`is ${value} here`)).toBe(`is ${value} here`);
  expect(redactorFor("123456").redact("is 123456 here")).toBe(`is ${MARK} here`);
});

test("a settings file as a secret hides its telling lines, not its plain ones", () => {
  const redactor = redactorFor("hub:\n  enabled: true\n  replicas: 2\n  apiToken: 5f0c9e\n");
  const shown = "singleuser:\nhub:\n  enabled: true\n  replicas: 2\n";
  expect(redactor.redact(shown)).toBe(shown);
  expect(redactor.redact("+  apiToken: 5f0c9e")).toBe(`+  ${MARK}`);
});

test("a secret that ends in a line break is hidden without it too", () => {
  expect(redactorFor("s3cr3t-value\n").redact("got s3cr3t-value.")).toBe(`got ${MARK}.`);
});

test("the mark is the same whatever the length", () => {
  const redactor = redactorFor("short1", "long-".repeat(100));
  expect(redactor.redact("short1")).toBe(redactor.redact("long-".repeat(100)));
});

test("the longest of several values that begin alike names the place", () => {
  const redactor = createRedactor();
  redactor.addSecret("abc123", "short");
  redactor.addSecret("abc123-def456", "long");
  redactor.addSecret("abc123", "later");
  expect(redactor.redact("abc123-def456 abc123")).toBe("[hidden: long] [hidden: short]");
});

test("a place named after a secret does not tell it", () => {
  const redactor = createRedactor();
  redactor.addSecret("hunter-7", "key of hunter-7");
  redactor.addSecret("other-value-1", "two\nlines");
  expect(redactor.redact("hunter-7 other-value-1")).toBe("[hidden: a secret] [hidden: two lines]");
});

describe("5 MB with 500 secrets known are redacted in seconds", () => {
  const secrets = Array.from(
    { length: 500 },
    (_, index) => `${index.toString(36)}Kx${Buffer.from(`${index * 2654435761}`).toString("base64")}/"`,
  );
  const sizeOf = (unit: string) => unit.repeat(Math.ceil(5_000_000 / unit.length));

  test.each([
    [
      "a plain log",
      sizeOf("2026-02-03T10:00:00Z hub-5f7c pod/hub-0 condition met, waiting for deployment data8-staging to be ready\n"),
    ],
    ["a text full of escapes", sizeOf(`{"m":"a\\"b\\\\nc%20d%C3%A9","h":"&lt;b&gt;","y":'it''s',"q":"x+y"}`)],
    ["a secret in every line", sizeOf(`level=info token=${secrets[7]} user=oski\n`)],
    ["openings of keys without an end", sizeOf("eyJeyJ.eyJ-----BEGIN PRIVATE KEY-----x-access-token:://a:Bearer ghp_")],
    ["one word without an end", sizeOf("eyJ")],
    ["a value that overlaps itself", sizeOf("abab")],
  ])(
    "%s",
    (name, text) => {
      const redactor = redactorFor(...secrets, "abababab");
      const startedAt = performance.now();
      const redacted = redactor.redact(text);
      const seconds = (performance.now() - startedAt) / 1000;
      console.log(`${name}: ${seconds.toFixed(2)} s`);
      expect(secrets.some((secret) => redacted.includes(secret))).toBe(false);
      // Wide of the measured figures, so that only work growing with the square of the text, or with the secrets, fails it.
      expect(seconds).toBeLessThan(20);
    },
    60_000,
  );
});
