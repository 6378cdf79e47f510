import path from "node:path";
import { expect, test } from "vitest";
import { rulePages } from "../../app/cli/rules/rule-pages.ts";
import { readFolder } from "../load/config-trees.ts";

// Run `node tools/bootstrap.mjs app/cli/rules/rule-pages.ts` when this fails after a change of a rule.
test("the pages under docs/rules are what the rules say now, and there are no others", async () => {
  const pages = await readFolder(path.resolve(import.meta.dirname, "../../docs/rules"));
  expect(pages).toEqual(Object.fromEntries(rulePages()));
});
