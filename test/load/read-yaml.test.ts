import fc from "fast-check";
import sorted from "safe-stable-stringify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readYaml } from "../../app/load/read-yaml.ts";
import { brokenYaml, yamlText } from "./generate-yaml.ts";
import { type HelmReader, startHelmReader } from "./real-helm.ts";

let helm: HelmReader;
beforeAll(async () => {
  helm = await startHelmReader();
});
afterAll(() => helm.remove());

const read = (text: string) => readYaml("values.yaml", Buffer.from(text));

/** Scalars on which YAML 1.1, YAML 1.2, go-yaml and JavaScript disagree. */
const SCALARS =
  `0666 yes 12:30:45 y n Y N 0o17 0o8 1e3 1E5 08e5 08 -08 1_000 1__0 1.5_0 .5_0 _1 0_7 0b101 +0b11 -0b11 0x1F -0x10 ~ Null null nULL 2024-01-01
  2001-12-14t21:59:43.10-05:00 9007199254740993 18446744073709551615 99999999999999999999999 0xFFFFFFFFFFFFFFFFFF 00 +5 -0 .5 5. -.5 on Off oFF TRUE tRUE
  1.0 2026.11 2026.11.1 1e400 -1e400 0.1e1 1:2 190:20:30 = 1G 1Gi "0666" 'yes' !!str|5 !!int|"5" !local|5 1. 0. -0.0 0b 0x 0o 1e 1e+ .e1 . - + <<`
    .split(/\s+/)
    .filter((scalar) => !["-", "<<"].includes(scalar))
    .map((scalar) => scalar.replace("|", " "));

describe("scalars are what the real Helm reads", () => {
  test("those on which YAML readers disagree", async () => {
    const text = SCALARS.map((scalar, index) => `k${index}: ${scalar}`).join("\n");
    const [expected] = await helm.read([[text]]);
    expect(read(text).findings).toEqual([]);
    expect(read(text).yaml?.value).toEqual(expected);
  });

  test("as keys", async () => {
    const text = ["yes: 1", "0x10: 2", "1.5: 3", "08: 4", "12:30: 6", "n: {off: 7}"].join("\n");
    const [expected] = await helm.read([[text]]);
    expect(read(text).yaml?.value).toEqual(expected);
  });

  test("made up from the characters that numbers and words are made of", async () => {
    const scalar = fc
      .string({ unit: fc.constantFrom(..."0123456789+-._eExXoObBafyntrue"), minLength: 1, maxLength: 8 })
      .filter((text) => !/^(?:[-.]|--?-.*|\.{3}|---)$|^-$|^[-+]?\.(?:inf|nan)$/i.test(text) && !text.startsWith("- "));
    const samples = fc.sample(scalar, { numRuns: 3000, seed: 20261124 });
    const text = samples.map((sample, index) => `k${index}: ${sample}`).join("\n");
    const [expected] = await helm.read([[text]]);
    expect(read(text).yaml?.value).toEqual(expected);
  });

  test("merge keys take effect where they stand", async () => {
    const text = `
x: &x {a: 1, b: 2}
y: &y {b: 3, c: {d: 1}}
m1: {a: 9, <<: *x}
m2: {<<: *x, a: 9}
m3: {<<: [*x, *y]}
m4: {<<: [*y, *x]}
m5: {c: {e: 2}, <<: *y}
m6: {<<: *y, c: {e: 2}}
m7: {"<<": *y}
list: [*x, *y]
empty:
block: |
  two
  lines
folded: one
  two
`;
    const [expected] = await helm.read([[text]]);
    expect(read(text).findings).toEqual([]);
    expect(read(text).yaml?.value).toEqual(expected);
  });
});

test("whole files, right and wrong: what Helm refuses is refused, and what both read is the same", async () => {
  const right = fc.sample(yamlText, { numRuns: 3000, seed: 20261125 });
  const wrong = fc.sample(brokenYaml, { numRuns: 2000, seed: 20261126 });
  // Helm ends the last line of a values file itself, which the function of its templates does not.
  const texts = [...new Set([...right, ...wrong])].map((text) => (text.endsWith("\n") ? text : `${text}\n`));
  const theirs = await helm.parseEach(texts);
  const differences = texts.flatMap((text, index) => {
    const { yaml, findings } = read(text);
    // Some of what Helm reads only in part, without a word, is refused by us.
    if (findings.some(({ code }) => code !== "duplicate-key") || !yaml || Array.isArray(yaml.value)) return [];
    const ours = yaml.value === null ? {} : yaml.value;
    if (typeof ours !== "object") return [];
    return sorted(ours) === sorted(theirs[index]) ? [] : [{ text, ours, theirs: theirs[index] }];
  });
  expect(differences).toEqual([]);
  expect(theirs.filter((value) => value !== undefined).length).toBeGreaterThan(100);
});

test.each([
  ["a byte order mark", "\ufeffa: 1\nb: 2\n"],
  ["ends of line as Windows has them", "a: |\r\n  x\r\n  y\r\nb: c\r\n"],
  ["no end of line at the end", "a: |\n  x\n  y"],
  ["three dashes above", "---\na: 1\n"],
  ["three dashes below, and nothing", "a: 1\n---\n# nothing\n"],
  ["dashes with a comment", "# first\n--- # second\na: 1\n"],
  ["a file of comments", "# nothing\n"],
  ["a tab after a value", "a: 1\t\nb: 2 \t# note\n"],
])("a file with %s is what Helm reads", async (_, text) => {
  const [expected] = await helm.read([[text]]);
  expect(read(text).findings).toEqual([]);
  expect(read(text).yaml?.value ?? {}).toEqual(expected);
});

test("several documents are merged as Helm 4 merges them, and told, each value at its own place", async () => {
  const text = "a: {b: 1, c: 2}\n---\na: {b: 3}\n---\nd: 4\n";
  const [expected] = await helm.read([[text]]);
  const { yaml, findings } = read(text);
  expect(yaml?.value).toEqual(expected);
  expect(findings.map(({ code, at }) => [code, at.line])).toEqual([["yaml-syntax", 3]]);
  expect([["a", "b"], ["a", "c"], ["d"]].map((path) => yaml?.placeOf(path).line)).toEqual([3, 1, 5]);
});

describe("faults are findings on their line", () => {
  test.each([
    ["a tab", "a:\n\tb: 1\n", 2, "yaml-syntax"],
    ["an open bracket", "a: [1,\nb: 2\n", 2, "yaml-syntax"],
    ["an open quote", 'a: "x\nb: 2\n', 3, "yaml-syntax"],
    ["two documents", "a: 1\n---\nb: 1\n", 3, "yaml-syntax"],
    ["something beside three dashes", "a: 1\n--- b\n", 2, "yaml-syntax"],
    ["an empty line with a tab", "a: 1\n\t\nb: 2\n", 2, "yaml-syntax"],
    ["a control character", 'a: 1\nb: "\u0007"\n', 2, "yaml-syntax"],
    ["an end of line that no editor shows", "a: 1\nb: x\u0085c: 2\n", 2, "yaml-syntax"],
    ["an anchor with a sign", "a: &b.c 1\n", 1, "yaml-syntax"],
    ["two colons", "a: 1\nb: c: d\n", 2, "yaml-syntax"],
    ["an unquoted template", "a: {{ x }}\n", 1, "yaml-syntax"],
    ["an unknown alias", "a: 1\nb: *nobody\n", 2, "yaml-syntax"],
    ["an alias in its own anchor", "a: &a\n  b: *a\n", 2, "yaml-syntax"],
    ["an infinite number", "a: 1\nb: .inf\n", 2, "yaml-syntax"],
    ["a map as key", "a: 1\n? {b: 1}\n: 2\n", 2, "yaml-syntax"],
    ["a merge of text", "a: 1\nb: {<<: text}\n", 2, "yaml-syntax"],
    ["a type tag", "a: !!binary aGk=\n", 1, "yaml-tag"],
    ["a duplicate key", "a: 1\nb: 2\na: 3\n", 3, "duplicate-key"],
  ])("%s", (_, text, line, code) => {
    const { findings } = read(text);
    expect(findings.map((finding) => [finding.code, finding.at.line])).toEqual([[code, line]]);
  });

  test("a duplicate key names both lines, wherever it is, and once for each", () => {
    const { findings } = read("jupyterhub:\n  hub:\n    x: 1\n  cull: {}\n  hub:\n    x: 2\nlist:\n  - {a: 1, a: 2, a: 3}\n");
    expect(findings.map(({ what, at }) => [what, at.line])).toEqual([
      ['The key "hub" is already set on line 2. What it held is the same, or is set again.', 5],
      ['The key "a" is already set on line 8.', 8],
      ['The key "a" is already set on line 8.', 8],
    ]);
  });

  test("a duplicate key says what is lost: keys always, short values where the file holds no secrets", () => {
    const text =
      "hub:\n  config: {a: 1, b: {c: 2, d: 3}}\n  limit: 2G\nlimit: 1\napiToken: x\nhub:\n  config: {b: {d: 4}}\nlimit: 3\napiToken: y\n";
    const said = (mayQuote: boolean) =>
      readYaml("values.yaml", Buffer.from(text), { mayQuote }).findings.map(({ what }) => /Lost with it.*$/.exec(what)?.[0]);
    expect(said(true)).toEqual(["Lost with it: config.a, config.b.c, limit.", "Lost with it: 1.", undefined]);
    expect(said(false)).toEqual(["Lost with it: config.a, config.b.c, limit.", undefined, undefined]);
  });

  test("a word and its other spelling are the same key", () => {
    expect(read("yes: 1\ntrue: 2\n").findings.map(({ code }) => code)).toEqual(["duplicate-key"]);
  });

  test("no finding quotes a value", () => {
    const canary = "canary-7f3a9c";
    const broken = [
      `a: "${canary}\nb: 1`,
      `a: *${canary}`,
      `a: !!${canary} b`,
      `a: [${canary}\nb: 1`,
      `a: @${canary}`,
      `${canary}\nb: 1\n`,
      `a: "\\${canary}"`,
    ];
    for (const text of broken) {
      expect(read(text).findings).not.toEqual([]);
      expect(JSON.stringify(read(text).findings)).not.toContain(canary);
    }
  });

  test("text that is not UTF-8", () => {
    expect(readYaml("x.yaml", Buffer.from([0x61, 0x3a, 0x20, 0xff])).findings[0]?.code).toBe("yaml-syntax");
  });
});

describe("a file that means harm is refused at once", () => {
  const bomb = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"];
  for (let level = 1; level < 12; level++)
    bomb.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(",")}]`,
    );
  const mergeBomb = ["m0: &m0 {k: 1}"];
  for (let level = 1; level < 40; level++) mergeBomb.push(`m${level}: &m${level} {<<: [*m${level - 1}, *m${level - 1}]}`);
  test.each([
    ["aliases that stand for a billion values", bomb.join("\n"), "yaml-too-large"],
    ["merges that double forty times", mergeBomb.join("\n"), "yaml-too-large"],
    ["a hundred thousand brackets", "[".repeat(100_000), "yaml-syntax"],
    ["a hundred thousand dashes", `${"- ".repeat(100_000)}x`, "yaml-syntax"],
    ["66 levels", `${"[".repeat(66)}${"]".repeat(66)}`, "yaml-too-large"],
    ["a quarter of a million commas", `a: [${"x,".repeat(250_000)}]`, "yaml-too-large"],
    ["documents without end", "---\na: 1\n".repeat(40_000), "yaml-too-large"],
    ["too many keys", Array.from({ length: 60_000 }, (_, index) => `${index}:`).join("\n"), "yaml-too-large"],
    ["too many keys by question marks", Array.from({ length: 60_000 }, (_, index) => `? ${index}`).join("\n"), "yaml-too-large"],
    ["too many bytes", "# comment\n".repeat(60_000), "file-too-large"],
  ])("%s", (_, text, code) => {
    // Of this thread alone: what else the machine does is not the file's fault.
    const before = process.threadCpuUsage();
    const { yaml, findings } = read(text);
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
    expect(yaml).toBeUndefined();
    expect(findings.map((finding) => finding.code)).toEqual([code]);
  });

  test("keys that mean something to JavaScript are only keys", () => {
    const { yaml } = read("__proto__: {polluted: true}\nconstructor: 1\n");
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect(JSON.stringify(yaml?.value)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
  });
});

test("a value that comes by an anchor stands where the anchor is written", () => {
  const { yaml } = read("base: &base\n  memory: {limit: 2G}\nhub: *base\nother:\n  <<: *base\n  own: 1\n");
  const place = (...path: string[]) => [yaml?.placeOf(path).line, yaml?.placeOf(path).column];
  expect(place("hub", "memory", "limit")).toEqual([2, 12]);
  expect(place("other", "memory", "limit")).toEqual([2, 12]);
  expect(place("other", "own")).toEqual([6, 3]);
  expect(place("hub")).toEqual([3, 1]);
});

test("every key and item knows its line; what is missing is where it would stand", () => {
  const { yaml } = read(
    "# comment\njupyterhub:\n  singleuser:\n    image:\n      tag: x\n    profiles:\n      - name: a\n      - name: b\n",
  );
  const line = (...path: (string | number)[]) => yaml?.placeOf(path).line;
  expect(line("jupyterhub", "singleuser", "image", "tag")).toBe(5);
  expect(line("jupyterhub", "singleuser", "profiles", 1)).toBe(8);
  expect(line("jupyterhub", "singleuser", "profiles", 1, "name")).toBe(8);
  expect(line("jupyterhub", "singleuser", "memory", "limit")).toBe(3);
  expect(line("nothing")).toBe(1);
});
