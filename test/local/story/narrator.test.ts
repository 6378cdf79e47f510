import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { createNarrator } from "../../../app/local/story/narrator.ts";

function linesAt(columns: number | undefined): string {
  let text = "";
  const narrator = createNarrator(
    (piece) => {
      text += piece;
    },
    () => columns,
  );
  narrator.line("Helm", "data8-staging, revision 2 is being upgraded", "http://127.0.0.1:3000/runs/5");
  return stripVTControlCharacters(text);
}

test("a line says when, who, what, and where to look", () => {
  const line = /^ +0\.\d s {2}Helm +data8-staging, revision 2 is being upgraded {2}http:\/\/127\.0\.0\.1:3000\/runs\/5\n$/;
  expect(linesAt(undefined)).toMatch(line);
  expect(linesAt(120)).toMatch(line);
});

test("in a narrow terminal the address stands below what it belongs to, whole", () => {
  const [first = "", second = ""] = linesAt(80).split("\n");
  expect(first).toMatch(/is being upgraded$/);
  expect(second.indexOf("http")).toBe(first.indexOf("data8"));
  expect(second.length).toBeLessThanOrEqual(80);
});
