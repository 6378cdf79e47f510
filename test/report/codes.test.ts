import { expect, test } from "vitest";
import { codeOf } from "../../app/report/markdown.ts";

test("a code leads to its page where people can read one", () => {
  expect(codeOf({ code: "memory-unit" })).toBe("`memory-unit`");
  expect(codeOf({ code: "memory-unit", page: "https://docs.example/rules/memory-unit.md" })).toBe(
    "[`memory-unit`](https://docs.example/rules/memory-unit.md)",
  );
  expect(codeOf({ code: "a", page: "https://docs.example/x)y z" })).toBe("[`a`](https://docs.example/x\\)y%20z)");
});
