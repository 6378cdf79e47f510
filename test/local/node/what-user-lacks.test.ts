import { expect, test } from "vitest";
import { hasEnoughIds } from "../../../app/local/node/what-user-lacks.ts";

test.each([
  ["a row by name", "bob:100000:65536\nalice:165536:65536\n", true],
  ["a row by number", "1000:165536:65536\n", true],
  ["no row", "bob:100000:65536\n", false],
  ["no table", "", false],
  ["a row one too short", "alice:165536:65535\n", false],
  ["a long row after a short one, which is the one that is mapped", "alice:165536:1000\nalice:200000:65536\n", false],
])("subordinate ids: %s", (_case, table, isEnough) => {
  expect(hasEnoughIds(table, "alice", 1000)).toBe(isEnough);
});
