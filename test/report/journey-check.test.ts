import { expect, test } from "vitest";
import type { JourneyReport, Outcome, StepReport } from "../../app/journey/journey.ts";
import { couldNotPlay, journeyCheck } from "../../app/report/journey-check.ts";

const explanation = {
  code: "import-fails",
  what: "`import datascience` fails in user-data8@sha256:3f2a.",
  why: "Python says: ModuleNotFoundError: No module named 'datascience'.",
  fix: "Put the package into the image. @everyone may <b>ask</b>.",
};

const step = (name: StepReport["step"], title: string, outcome: Outcome, latencyMs = 3_200): StepReport => ({
  step: name,
  title,
  outcome,
  latencyMs,
  budgetSeconds: 60,
  evidence: [{ kind: "cell", atMs: 1_200, text: "printed ```\nModuleNotFoundError" }],
});

const report = (outcome: JourneyReport["outcome"], ...steps: StepReport[]): JourneyReport => ({
  release: "data8-prod",
  user: "campanile-probe",
  startedAt: "2026-11-26T15:30:00.000Z",
  outcome,
  steps,
});

const server = step("server", "A server starts", { kind: "works", says: "user-data8 runs | at last" });

test("a hub that works is told in one line, with what was seen", () => {
  const check = journeyCheck(report("works", server), { kind: "clock" });
  expect(check).toMatchObject({ conclusion: "success", title: "A student can get to work on data8-prod (3s)" });
  expect(check.text).toBe(
    "<details><summary>A server starts</summary>\n\n````\n1.2 s cell: printed ```\nModuleNotFoundError\n````\n\n</details>",
  );
  expect(check.summary).toContain(
    "It was played at 2026-11-26 15:30 UTC, as campanile-probe, because it was time to look; nothing was deployed.",
  );
  expect(check.summary).toContain("| A server starts | user-data8 runs \\| at last | 3.2s |");
});

test("a broken one is told by whose fault it is and what to do, with the evidence of what went wrong", () => {
  const kernel = step("kernel", "A kernel runs", { kind: "broken", fault: "image", explanation });
  const check = journeyCheck(report("broken", server, kernel), { kind: "rollout", revision: 7 });
  expect(check.conclusion).toBe("failure");
  expect(check.title).toBe("Students cannot work on data8-prod: `import datascience` fails in user-data8@sha256:3f2a.");
  expect(check.summary).toMatch(/^\*\*A kernel runs: broken \(image\)\.\*\* .*ModuleNotFoundError/);
  expect(check.summary).toContain("**What to do:** Put the package into the image.");
  expect(check.summary).not.toMatch(/@everyone|<b>/);
  expect(check.summary).toContain("in the rollout of this commit, when Helm revision 7 was up.");
  // Nothing comes out of the evidence's fence, and what went well is folded below it.
  expect(check.text).toMatch(
    /^#### A kernel runs\n\n````\n1\.2 s cell: printed ```\nModuleNotFoundError\n````\n\n<details><summary>A server starts<\/summary>/,
  );
});

test("what nobody could tell wakes nobody up", () => {
  const check = journeyCheck(
    report("could-not-tell", step("server", "A server starts", { kind: "could-not-tell", explanation })),
    { kind: "clock" },
  );
  expect(check.conclusion).toBe("neutral");
  expect(check.title).toMatch(/^Nobody can tell whether students can work on data8-prod: /);
  expect(couldNotPlay("data8-prod", explanation)).toMatchObject({
    conclusion: "neutral",
    title: expect.stringMatching(/^No journey/),
  });
});

test("what does not fit is left out from the end, where the steps are that went well, and that is said", () => {
  const long = (title: string, outcome: Outcome, text: string) => ({
    ...step("notebook", title, outcome),
    evidence: Array.from({ length: 40 }, () => ({ kind: "log" as const, atMs: 1, text })),
  });
  const broken = { kind: "broken", fault: "image", explanation } as const;
  const works = { kind: "works", says: "it does" } as const;
  const steps = [
    ...Array.from({ length: 9 }, (_, index) => long(`good ${index}`, works, "\u0001".repeat(1_500))),
    long("bad", broken, "é".repeat(1_500)),
    step("grader", "not asked", { kind: "not-asked", says: "nobody asked" }, 0),
  ];
  const text = journeyCheck(report("broken", ...steps), { kind: "clock" }).text ?? "";
  expect(Buffer.byteLength(text)).toBeLessThan(65_535);
  expect(text).toMatch(/^#### bad\n/);
  expect(text).toMatch(/_There is no room for what was seen in \d more steps\._$/);
  expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
});
