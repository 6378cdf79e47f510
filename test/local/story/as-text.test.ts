import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { asText } from "../../../app/local/story/as-text.ts";
import { previewComment } from "../../../app/report/preview-comment.ts";
import { stickyComment } from "../../../app/report/rollout-report.ts";
import { field, makeChange, makeDiff, makeRelease, makeResult, PROMOTIONS } from "../../report/make-result.ts";

test("a comment reads as plain text: one diff open, the others folded, no marks that only a browser understands", () => {
  const limits = makeDiff("data8", "prod", [makeChange("Secret", "data8-prod", "hub", [field("limit", "1", "2")])]);
  const releases = [makeRelease("data8", "staging"), makeRelease("data8", "prod", { diff: limits })];
  const comment = stickyComment(previewComment(makeResult({ releases }), PROMOTIONS), undefined);
  const text = stripVTControlCharacters(asText(comment));
  expect(text).toMatch(/^Data 8: image user-data8 2026\.11\.1 → 2026\.11\.2 on staging, then prod\n/);
  expect(text).toContain("▾ What changes in data8-staging\n");
  expect(text).toContain("+ spec.template.spec.containers[hub].env[USER_IMAGE].value: user:2026.11.2");
  expect(text).toContain("▸ What changes in data8-prod (folded, as on GitHub)");
  expect(text).not.toContain("data8-prod/hub");
  expect(text).toContain("\nOn merge: staging is deployed at once");
  expect(text).not.toMatch(/<\w|```|\*\*|<!--/);
});

test("of a link the words are left, and what only looks like one stays", () => {
  const text = "healthy, and [a student's journey works](https://github.example/runs/7): 3 s \\[no\\](https://x.example)";
  expect(asText(text)).toBe("healthy, and a student's journey works: 3 s [no](https://x.example)");
});

test("digests are cut to their beginning, and escaped names read as they are", () => {
  expect(asText(`user\\_image@sha256:${"ab12cd34".repeat(8)}`)).toBe("user_image@sha256:ab12cd34…");
});
