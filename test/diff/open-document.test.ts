import { randomBytes } from "node:crypto";
import v8 from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDocument, stringify } from "yaml";
import { openDocument } from "../../app/diff/open-document.ts";
import { HELM_YAML } from "../../app/domain/helm-yaml.ts";

/** @returns undefined for what cannot be read as a whole either, such as a list under `<<` */
function asOne(text: string): unknown {
  try {
    return parseDocument(text, HELM_YAML).toJS();
  } catch {
    return undefined;
  }
}

const key = fc.oneof(
  fc.constantFrom("hub", "proxy", "yes", "null", "a.b", "__proto__", "toString"),
  fc.stringMatching(/^[A-Za-z_][\w.-]{0,6}$/),
  fc.string(),
);
const values = fc.dictionary(key, fc.jsonValue(), { minKeys: 1, maxKeys: 6 });

test("a document means what its sections mean together, however it is written", () => {
  fc.assert(
    fc.property(values, fc.constantFrom(20, 80, 0), fc.boolean(), (object, lineWidth, isFlow) => {
      const text = stringify(object, { lineWidth, ...(isFlow ? { collectionStyle: "flow" } : {}) });
      expect(openDocument("values.yaml", text)).toEqual(asOne(text));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["an anchor in one section, its alias in another", "a: &x {b: 1}\nc: *x\n", { a: { b: 1 }, c: { b: 1 } }],
  ["an anchor that is given twice", "a: &x 1\nb: &x 2\nc: *x\n", { a: 1, b: 2, c: 2 }],
  ["merged keys give way to one before", "b: 1\na: &x {b: 2}\n<<: *x\n", { a: { b: 2 }, b: 1 }],
  ["a key twice: the later one counts", "a: 1\nb: 2\na: 3\n", { a: 3, b: 2 }],
  ["a text that runs on at the start of a line", 'a: "b\nc: d"\n', undefined],
  ["brackets over several lines", "a: {\n b: 1,\n c: [2,\n d]}\n", { a: { b: 1, c: [2, "d"] } }],
  ["lists that stand no deeper than their key", "a:\n- b: 1\n- c\nd: 2\n", { a: [{ b: 1 }, "c"], d: 2 }],
  ["a block of text that looks like keys", "a: |\n  b: 1\n\n  c: 2\n# no\nd: 3\n", { a: "b: 1\n\nc: 2\n", d: 3 }],
  ["two documents", "a: 1\n---\nb: 2\n", undefined],
  ["marks and comments before the first key", "# why\n---\na: 1\n", { a: 1 }],
  ["nothing but a comment", "# why\n", undefined],
  ["a map of nothing", "{}\n", {}],
  ["merged keys that are none", "hub:\n  <<: [null]\n", undefined],
  ["a fault in one section", "a: 1\nb: [\nc: 2\n", undefined],
  ["no map at all", "- a\n- b\n", undefined],
])("reads %s", (_what, text, expected) => {
  expect(openDocument("values.yaml", text)).toEqual(expected);
});

test("only what is named as a document is opened", () => {
  expect(openDocument("password", "a: 1")).toBeUndefined();
  expect(openDocument("values.yaml", { a: 1 })).toBeUndefined();
  expect(openDocument("config.json", '{"a": {"b": [1]}}')).toEqual({ a: { b: [1] } });
});

test("a long quoted text that is kept takes no more than its length", async () => {
  v8.setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const read = () => openDocument("values.yaml", `secret: "${randomBytes(100_000).toString("hex")}"\n`);
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 5 }, read);
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  expect(kept).toHaveLength(5);
  // A million characters, in the document and in what it was read from.
  expect(bytes).toBeLessThan(8_000_000);
});
