import { inspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigError } from "../../app/domain/errors.ts";
import { createRedactor } from "../../app/redact/create-redactor.ts";

const CANARY = 'c4n"ary-Value/1';
const MARK = "[hidden: hub.token]";

function redactorFor(secret: string) {
  const redactor = createRedactor();
  redactor.addSecret(secret, "hub.token");
  return redactor;
}

/** What is left of a JSON value without its texts: kinds and numbers of entries. */
function shapeOf(value: unknown): unknown {
  if (typeof value === "string") return "text";
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? value.map(shapeOf) : { entries: Object.values(value).map(shapeOf) };
}

test("JSON keeps its shape, and no canary in a key or a value survives", () => {
  const strings = fc.oneof(
    { weight: 3, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.string().map((text) => `${text}${CANARY}${text}`) },
  );
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.integer({ max: 99_999 }),
      fc.boolean(),
      fc.constant(null),
      strings,
      tie("list"),
      tie("map"),
    ),
    list: fc.array(tie("json"), { maxLength: 4 }),
    map: fc.dictionary(strings, tie("json"), { maxKeys: 4 }),
  }));
  fc.assert(
    fc.property(json, (value) => {
      const before = JSON.stringify(value);
      const redacted = redactorFor(CANARY).redactDeep(value);
      expect(JSON.stringify(redacted)).not.toContain(JSON.stringify(CANARY).slice(1, -1));
      expect(shapeOf(redacted)).toEqual(shapeOf(value));
      expect(JSON.stringify(value)).toBe(before);
    }),
  );
});

test("a value without secrets is copied as it is", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(redactorFor(CANARY).redactDeep(value))).toBe(JSON.stringify(value));
    }),
  );
});

test("an error keeps its class and its fields, without the canary in message, stack, cause or fields", () => {
  const cause = new AggregateError([new TypeError(`inner ${CANARY}`)], `cause ${CANARY}`);
  const error = Object.assign(new RangeError(`outer ${CANARY}`, { cause }), {
    code: "E1",
    stderr: `said ${CANARY}`,
    [CANARY]: 1,
  });
  const copy = redactorFor(CANARY).redactDeep(error);
  expect(Error.isError(copy)).toBe(true);
  expect(copy).toBeInstanceOf(RangeError);
  expect(copy).toMatchObject({
    message: `outer ${MARK}`,
    code: "E1",
    stderr: `said ${MARK}`,
    cause: { message: `cause ${MARK}` },
  });
  expect(copy).toHaveProperty("stack", expect.stringContaining(`outer ${MARK}`));
  const shown = inspect(copy, { depth: 10, showHidden: true });
  expect(shown).not.toContain("c4n");
  expect(shown).toContain("redact-deep.test.ts");
  expect(error.message).toBe(`outer ${CANARY}`);
});

test("an error without a stack gets none", () => {
  const error = new Error("plain");
  delete error.stack;
  expect(redactorFor(CANARY).redactDeep({ error })).toHaveProperty("error.stack", undefined);
});

test("an error of ours stays one that can be told apart", () => {
  const error = new ConfigError({ code: "memory-unit", what: `Not planned: ${CANARY}.`, why: "It is wrong.", fix: "Mend it." });
  const copy = redactorFor(CANARY).redactDeep({ error });
  expect(copy).toMatchObject({ error: expect.any(ConfigError) });
  expect(inspect(copy, { depth: 10, showHidden: true })).not.toContain(CANARY);
});

test("a secret number, and what JSON makes of objects, are redacted too", () => {
  const redactor = redactorFor("20260203");
  const value = {
    port: 8080,
    pin: 20260203,
    big: 20260203n,
    at: new Date(0),
    url: new URL("https://x/?t=20260203"),
    all: new Set(["20260203"]),
  };
  expect(redactor.redactDeep(value)).toEqual({
    port: 8080,
    pin: MARK,
    big: MARK,
    at: "1970-01-01T00:00:00.000Z",
    url: `https://x/?t=${MARK}`,
    all: [MARK],
  });
  expect(redactor.redactDeep({ bytes: Buffer.from("20260203"), map: new Map([["20260203", 1]]) })).toEqual({
    bytes: "[hidden: bytes]",
    map: { [MARK]: 1 },
  });
});

test("two hidden keys of one place lose no entry", () => {
  const redactor = createRedactor();
  redactor.addSecret("secret-one", "users");
  redactor.addSecret("secret-two", "users");
  expect(redactor.redactDeep({ "secret-one": 1, "secret-two": 2 })).toEqual({ "[hidden: users]": 1, "[hidden: users] (2)": 2 });
});

test("circles and bottomless values end", () => {
  const circle: Record<string, unknown> = { name: CANARY };
  circle.self = circle;
  expect(redactorFor(CANARY).redactDeep(circle)).toEqual({ name: MARK, self: "[circular]" });
  let deep: unknown = CANARY;
  for (let level = 0; level < 5000; level++) deep = [deep];
  expect(JSON.stringify(redactorFor(CANARY).redactDeep(deep))).toContain("[hidden: nested deeper than 100 levels]");
});
