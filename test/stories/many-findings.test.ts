import { expect, test } from "vitest";
import { openInstitution } from "../world/open-institution.ts";

const FAULTS = 120;

test("a pull request with 120 faults gets each of them on its line, and can be merged by nobody", async () => {
  const { person, hub } = await openInstitution({ hubs: ["data8"] });
  const file = `hubs/${hub("data8")}/values/prod.yaml`;
  const before = await person.readFile(file);
  // The chart lets anything stand under this key, so that nothing else is wrong with the lines.
  const parent = "  custom:";
  const lines = Array.from({ length: FAULTS }, (_, index) => `    twice${index}: { a: 1, a: 2 }`);
  const firstLine = before.trimEnd().split("\n").length + 2;
  const pullRequest = await person.openPullRequest("Many keys", {
    [file]: `${[before.trimEnd(), parent, ...lines].join("\n")}\n`,
  });
  const config = await person.waitForCheck(pullRequest.headSha, "campanile / config");
  expect(config).toMatchObject({ conclusion: "failure", title: `${FAULTS} faults to mend` });
  expect(config.annotations.map(({ path, line, level, title }) => ({ path, line, level, title }))).toEqual(
    lines.map((_, index) => ({ path: file, line: firstLine + index, level: "failure", title: "duplicate-key" })),
  );
  expect(config.summary).toContain("This cannot be merged yet.");
  expect(config.text.match(/^❌/gm)).toHaveLength(FAULTS);
  expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({ conclusion: "failure" });
});
