import { expect, test } from "vitest";
import { OBSERVES } from "../../app/report/observed.ts";
import { openInstitution } from "../world/open-institution.ts";

test("a fleet that is only observed gets every finding and no verdict with weight, and nothing of it is deployed", async () => {
  const { person, hub } = await openInstitution({ hubs: ["data8"] });
  const fleetFile = await person.readFile("campanile.yaml");
  const begin = await person.openPullRequest("Only observe", { "campanile.yaml": `mode: observe\n${fleetFile}` });
  // The base branch decides what weight the checks have.
  expect(await person.waitForCheck(begin.headSha, "campanile")).toMatchObject({ conclusion: "success" });
  const observed = await person.merge(begin);
  expect(await person.waitForCheck(observed, "campanile / deploy")).toMatchObject({
    conclusion: "neutral",
    title: "Observing: nothing is rolled out",
    summary: OBSERVES,
  });

  const values = `hubs/${hub("data8")}/values/common.yaml`;
  const text = await person.readFile(values);
  const faulty = await person.openPullRequest("Data 8: more memory", { [values]: text.replace("limit: 2G", "limit: 2Gi") });
  expect(await person.waitForCheck(faulty.headSha, "campanile")).toMatchObject({
    conclusion: "neutral",
    title: "Observing: 1 fault to mend",
    summary: expect.stringContaining(OBSERVES),
  });
  const checks = await person.checks(faulty.headSha);
  expect(Object.fromEntries(checks.map(({ name, conclusion }) => [name, conclusion]))).toEqual({
    campanile: "neutral",
    "campanile / config": "neutral",
    "campanile / diff (staging)": "neutral",
    "campanile / diff (prod)": "neutral",
  });
  const config = checks.find(({ name }) => name === "campanile / config");
  expect(config?.annotations).toMatchObject([{ path: values, title: "memory-unit" }]);
  expect(await person.comments(faulty)).toEqual([expect.stringContaining(`_${OBSERVES}_`)]);

  const merged = await person.merge(faulty);
  expect(await person.waitForCheck(merged, "campanile / deploy")).toMatchObject({ conclusion: "neutral" });
  expect(await person.deployments()).toEqual([]);
});
