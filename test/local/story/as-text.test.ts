import { readFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { asText } from "../../../app/local/story/as-text.ts";

const EXPECTED = path.resolve(import.meta.dirname, "../../report/expected");

test("a comment reads as plain text: one diff open, the others folded, no marks that only a browser understands", async () => {
  const text = stripVTControlCharacters(asText(await readFile(path.join(EXPECTED, "preview-image-bump-of-one-hub.md"), "utf8")));
  expect(text).toMatch(/^Data 8: image user-data8 2026\.11\.1 → 2026\.11\.2 on staging, then prod\n/);
  expect(text).toContain("▾ What changes in data8-staging\n");
  expect(text).toContain("+ spec.template.spec.initContainers[user].image: registry.campanile.example/user-data8:2026.11.2");
  expect(text).toContain("▸ What changes in data8-prod (folded, as on GitHub)");
  expect(text).not.toContain("data8-prod/hub");
  expect(text).toContain("\nOn merge: staging is deployed at once");
  expect(text).not.toMatch(/<\w|```|\*\*|<!--/);
});

test("digests are cut to their beginning, and escaped names read as they are", () => {
  expect(asText(`user\\_image@sha256:${"ab12cd34".repeat(8)}`)).toBe("user_image@sha256:ab12cd34…");
});
