import { expect, test } from "vitest";
import { begun, EVERY_STEP_WORKS, outcomeOf, outcomesOf, STEP_BEFORE, useJourneyHub } from "./use-journey-hub.ts";
import { onRealNode } from "./where-possible.ts";

onRealNode("a student's journey", () => {
  const { hub, play, expectNothingLeft } = useJourneyHub();

  test("a good image works from the first click to the next morning", async () => {
    const digest = await hub().deploy({});
    const { report, exitCode } = await play();
    expect(outcomesOf(report)).toEqual(EVERY_STEP_WORKS);
    expect({ exitCode, outcome: report.outcome }).toEqual({ exitCode: 0, outcome: "works" });
    expect(outcomeOf(report, "hub")).toMatchObject({ says: "JupyterHub 5.5.0, DummyAuthenticator, KubeSpawner" });
    expect(outcomeOf(report, "server")).toMatchObject({
      says: expect.stringContaining(`user-data8@${digest.slice(0, 19)} runs`),
    });
    expect(outcomeOf(report, "kernel")).toMatchObject({
      says: expect.stringMatching(/otter imported; \d+ MiB of 1024 MiB of memory$/),
    });
    expect(outcomeOf(report, "notebook")).toMatchObject({ says: expect.stringMatching(/first 3 code cells run; widgets 8\.\d/) });
    expect(outcomeOf(report, "restart")).toMatchObject({
      says: expect.stringContaining("the file is there again in a home of its own"),
    });
    expect(outcomeOf(report, "grader")).toMatchObject({
      says: "probe/blank.ipynb gets 0 of 2, probe/solution.ipynb 2 of 2",
    });
    const evidence = JSON.stringify(report.steps.map((step) => step.evidence));
    expect(evidence).toContain("Server ready at");
    expect(evidence).toContain("printed 68.66");
    expect(report.steps.every(({ latencyMs, budgetSeconds }) => latencyMs <= budgetSeconds * 1000)).toBe(true);
    await expectNothingLeft();
  });

  test("the broken image is told by the package that it lacks, and the image by its digest", async () => {
    const digest = await hub().deploy({ image: "2026.11.3-broken" });
    const { stdout, exitCode } = await hub().verify();
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`broken (image): \`import datascience\` fails in user-data8@${digest.slice(0, 19)}.`);
    expect(stdout).toContain("Python says: ModuleNotFoundError: No module named 'datascience'");
    // What can do without the package is judged all the same.
    expect(stdout).toMatch(/✓ The course's link pulls .* the newest of main\n/);
    expect(stdout).toMatch(/✓ The work is there tomorrow/);
    expect(stdout).toContain("data8-staging is broken for students: image.");
    await expectNothingLeft();
  });

  test("a second journey waits for the first, and Ctrl-C still clears away", async () => {
    await hub().deploy({});
    const first = hub().verify();
    await begun(first, STEP_BEFORE.kernel);
    const { report, exitCode } = await play("--steps", "server");
    expect(outcomeOf(report, "server")).toMatchObject({ kind: "could-not-tell", explanation: { code: "journey-runs" } });
    expect(exitCode).toBe(2);
    first.kill("SIGINT");
    const ended = await first;
    expect(ended.stdout).toContain("The journey was ended from outside.");
    expect(ended.exitCode).toBe(2);
    await expectNothingLeft();
  });
});
