import { expect, test } from "vitest";
import { runGit } from "../../../app/adapters/git/run-git.ts";
import { explanationOf } from "../../../app/domain/errors.ts";
import { createRedactor } from "../../../app/redact/create-redactor.ts";

test("no secret is cut in two, because its half would not be known for what it is", async () => {
  const redactor = createRedactor();
  redactor.addSecret("hunter2-hunter2-hunter2", "a token");
  for (let before = 85; before < 100; before++) {
    const name = `${"word ".repeat(before)}hunter2-hunter2-hunter2 ${"word ".repeat(20)}`;
    const error = await runGit({ args: ["ls-tree", name] }).catch((thrown: unknown) => thrown);
    const why = redactor.redact(explanationOf(error)?.why ?? "");
    expect(why).toContain("word word");
    expect(why).not.toContain("hunter");
    expect(why.length).toBeLessThanOrEqual(501);
  }
});
