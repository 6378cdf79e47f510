import { expect, test } from "vitest";
import { openInstitution } from "../world/open-institution.ts";
import { recordHelm } from "../world/record-helm.ts";

test("a broken file and an unknown key are both told on their lines, nothing is rendered, and a merge deploys nothing", async () => {
  const helm = await recordHelm();
  const scene = await openInstitution({ hubs: ["data8"], env: { CAMPANILE_HELM: helm.binary, CAMPANILE_HELM_RENDER: "" } });
  const { person, hub } = scene;
  const folder = `hubs/${hub("data8")}`;
  const [hubFile, valuesFile] = [`${folder}/hub.yaml`, `${folder}/values/common.yaml`];
  const hubYaml = (await person.readFile(hubFile)).replace("students: 1500", "student: 1500");
  const valuesYaml = (await person.readFile(valuesFile)).replace("limit: 2G", "limit: 3G\n   cpu_limit: 2");
  const unknownKey = { path: hubFile, line: lineOf(hubYaml, "student: 1500") };
  const brokenYaml = { path: valuesFile, line: lineOf(valuesYaml, "cpu_limit: 2") };
  const pullRequest = await person.openPullRequest("Data 8: more memory", { [hubFile]: hubYaml, [valuesFile]: valuesYaml });

  const overall = await person.waitForCheck(pullRequest.headSha, "campanile");
  expect(overall).toMatchObject({ conclusion: "failure", title: "2 faults to mend before this can be merged" });
  const checks = new Map((await person.checks(pullRequest.headSha)).map((check) => [check.name, check]));
  expect(checks.get("campanile / config")).toMatchObject({ conclusion: "failure", title: "2 faults to mend" });
  expect(checks.get("campanile / config")?.annotations).toEqual([
    {
      ...unknownKey,
      level: "failure",
      title: "unknown-key",
      message: expect.stringMatching(/^"student" is not a key .+\n.+ no effect.+\nDid you mean "students"\?$/),
    },
    {
      ...brokenYaml,
      level: "failure",
      title: "yaml-syntax",
      message: expect.stringMatching(/^The indentation .+\nYAML .+\nLine the key up .+$/),
    },
  ]);
  for (const environment of ["staging", "prod"])
    expect(checks.get(`campanile / diff (${environment})`)).toMatchObject({
      conclusion: "failure",
      title: "Could not be checked: the files have faults",
    });
  const [comment] = await person.comments(pullRequest);
  for (const { path, line } of [unknownKey, brokenYaml]) expect(comment).toContain(`**${path}, line ${line}:**`);

  const merged = await person.merge(pullRequest);
  const deploy = await person.waitForCheck(merged, "campanile / deploy");
  expect(deploy).toMatchObject({ conclusion: "failure", title: "Nothing was rolled out" });
  expect(deploy.summary).toContain(`The files of ${merged.slice(0, 7)} have 2 faults`);
  expect(deploy.summary).toContain(`The first: ${unknownKey.path}, line ${unknownKey.line}: "student" is not a key`);
  expect(await person.comments(pullRequest)).toEqual([expect.stringContaining("### Merged, but nothing was rolled out")]);
  // What version it is, Campanile asks of Helm at its start.
  expect(await helm.commands()).toEqual(["version"]);
  expect(await person.deployments()).toEqual([]);
});

function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split("\n").length;
}
