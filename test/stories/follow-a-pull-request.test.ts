import { expect, test } from "vitest";
import { openInstitution, type Scene } from "../world/open-institution.ts";
import { sampleHub } from "../world/sample-hub.ts";
import { standBeforeCharts } from "../world/stand-before-charts.ts";

test("a newer push ends the preview that is under way, and the one comment tells the newer", async () => {
  const charts = await standBeforeCharts();
  const { person, hub } = await openInstitution({ hubs: ["data8"], env: charts.env });
  const path = `hubs/${hub("data8")}/values/common.yaml`;
  const values = await person.readFile(path);

  charts.hold();
  const pullRequest = await person.openPullRequest("Data 8: more memory", { [path]: values.replace("limit: 2G", "limit: 3G") });
  await charts.untilHeld();
  const newer = await person.pushTo(pullRequest, "Even more", { [path]: values.replace("limit: 2G", "limit: 5G") });
  // The chart repository still does not answer: the older preview ends without it.
  await person.waitForCheck(pullRequest.headSha, "campanile");
  const names = ["campanile", "campanile / config", "campanile / diff (prod)", "campanile / diff (staging)"];
  const older = await person.checks(pullRequest.headSha);
  expect(older.map(({ name }) => name).sort()).toEqual(names);
  for (const check of older)
    expect(check).toMatchObject({
      conclusion: "cancelled",
      title: "A newer push took over",
      summary: `The pull request now points at ${newer.slice(0, 7)}, which has checks of its own.`,
    });
  expect(await person.comments(pullRequest)).toEqual([]);

  charts.open();
  expect(await person.waitForCheck(newer, "campanile")).toMatchObject({ conclusion: "success" });
  expect((await person.checks(newer)).map(({ name, conclusion }) => `${name}: ${conclusion}`).sort()).toEqual(
    names.map((name) => `${name}: success`).sort(),
  );
  const comments = await person.comments(pullRequest);
  expect(comments).toEqual([expect.stringContaining("memory.limit: 5G")]);
  expect(comments[0]).toContain(newer.slice(0, 7));
  expect(comments[0]).not.toContain("limit: 3G");
});

test("a pull request is told when it changes nothing, brings a hub, takes one away, or conflicts", async () => {
  const scene = await openInstitution({ hubs: ["data8"] });
  await changeNothing(scene);
  await bringHub(scene);
  await takeHubAway(scene);
  await conflict(scene);
});

async function changeNothing({ person, hub }: Scene): Promise<void> {
  const path = `hubs/${hub("data8")}/values/common.yaml`;
  const values = await person.readFile(path);
  const commented = { [path]: `# Ask the GSIs before you change this.\n${values}`, "NOTES.md": "Office hours are on Friday.\n" };
  const pullRequest = await person.openPullRequest("Say whom to ask", commented);
  expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({
    conclusion: "success",
    title: "Nothing changes on any hub",
  });
  expect(await person.comments(pullRequest)).toEqual([
    expect.stringContaining("### Nothing changes on any hub\n\nNo release gets other inputs by this pull request"),
  ]);
}

async function bringHub({ person, hub }: Scene): Promise<void> {
  const pullRequest = await person.openPullRequest("Prob 140 moves in", await sampleHub("prob140", hub("prob140")));
  expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({
    conclusion: "success",
    title: "Prob 140: new in the fleet on staging, then prod",
  });
  const [comment] = await person.comments(pullRequest);
  for (const environment of ["staging", "prod"])
    expect(comment).toMatch(new RegExp(`\\| ${hub("prob140")}-${environment} \\| new in the fleet \\|.*\\b\\d+ new\\b`));
  expect(comment).toContain("2 releases of 4; the others stay as they are.");
}

async function takeHubAway({ person, hub }: Scene): Promise<void> {
  const files = Object.keys(await sampleHub("data8", hub("data8")));
  const pullRequest = await person.openPullRequest("Data 8 moves out", Object.fromEntries(files.map((file) => [file, null])));
  expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({
    conclusion: "success",
    title: "Data 8: no longer in git; what runs there stays",
  });
  const diff = (await person.checks(pullRequest.headSha)).find(({ name }) => name === "campanile / diff (prod)");
  expect(diff?.title).toBe("1 release of prod is no longer in git");
  expect(await person.comments(pullRequest)).toEqual([expect.stringContaining("Campanile changes nothing because of this.")]);
}

async function conflict({ person, hub }: Scene): Promise<void> {
  const path = `hubs/${hub("data8")}/values/common.yaml`;
  const values = await person.readFile(path);
  const pullRequest = await person.openPullRequest("Data 8: more memory", { [path]: values.replace("limit: 2G", "limit: 3G") });
  await person.push("Data 8: less memory", { [path]: values.replace("limit: 2G", "limit: 1G") });
  const head = await person.pushTo(pullRequest, "Even more", { [path]: values.replace("limit: 2G", "limit: 5G") });
  const overall = await person.waitForCheck(head, "campanile");
  expect(overall).toMatchObject({ conclusion: "failure", title: "Could not be checked: This branch conflicts with main." });
  expect(await person.comments(pullRequest)).toEqual([expect.stringContaining(`Both changed ${path}, so nobody can say`)]);
  for (const { conclusion, summary } of await person.checks(head)) {
    expect(conclusion).toBe("failure");
    expect(summary).toContain("**What to do:** Merge main into this branch, settle the conflicts, and push.");
  }
}
