import { expect, test } from "vitest";
import { openInstitution } from "../world/open-institution.ts";
import { standBeforeCharts } from "../world/stand-before-charts.ts";

test("a chart that cannot be fetched is a failure that says why, and what was wrong can be mended", async () => {
  const charts = await standBeforeCharts();
  const { person, hub } = await openInstitution({ hubs: ["data8"], env: charts.env });
  const release = `${hub("data8")}-staging`;
  const check = async (sha: string, name: string) => (await person.checks(sha)).find((each) => each.name === name);

  charts.breakDown();
  const values = "values/staging.yaml";
  const away = await person.openPullRequest("Staging: stop idle servers sooner", {
    [values]: (await person.readFile(values)).replace("timeout: 1800", "timeout: 900"),
  });
  expect(await person.waitForCheck(away.headSha, "campanile")).toMatchObject({
    conclusion: "failure",
    title: "Part of this pull request could not be checked",
  });
  expect(await check(away.headSha, "campanile / diff (staging)")).toMatchObject({
    conclusion: "failure",
    title: "1 release could not be rendered",
    summary: expect.stringMatching(
      /could not be fetched from .+ It answered 503\.\n +\*\*What to do:\*\* Make sure .+ answers, and try again/,
    ),
  });
  expect(await person.comments(away)).toEqual([expect.stringContaining(`**${release} could not be rendered.**`)]);

  charts.open();
  await person.reopen(away);
  await person.until("the pull request is looked at anew, and is well", async () =>
    (await check(away.headSha, "campanile"))?.conclusion === "success" ? true : undefined,
  );
  expect(await person.comments(away)).toEqual([expect.stringContaining("### Data 8: values/staging.yaml changes on staging")]);

  const pinsFile = `hubs/${hub("data8")}/pins/staging.yaml`;
  const pins = await person.readFile(pinsFile);
  const mistyped = pins.replace(/digest: "sha256:../, 'digest: "sha256:00');
  const wrong = await person.openPullRequest("Data 8: pin the chart", { [pinsFile]: mistyped });
  expect(await person.waitForCheck(wrong.headSha, "campanile")).toMatchObject({ conclusion: "failure" });
  expect(await check(wrong.headSha, "campanile / diff (staging)")).toMatchObject({
    conclusion: "failure",
    summary: expect.stringMatching(/is not the one that was pinned\. Its digest is sha256:[0-9a-f]{64}, the pin says sha256:00/),
  });
  expect(await check(wrong.headSha, "campanile / diff (prod)")).toMatchObject({ conclusion: "success" });

  const merged = await person.merge(wrong);
  expect(await person.waitForCheck(merged, "campanile / deploy")).toMatchObject({
    conclusion: "failure",
    title: "1 release failed",
  });
  const mended = await person.openPullRequest("Data 8: pin the chart that there is", { [pinsFile]: pins });
  expect(await person.waitForCheck(mended.headSha, "campanile")).toMatchObject({ conclusion: "success" });
  expect(await person.comments(mended)).toEqual([expect.stringContaining("can be rendered again")]);
});
