import { expect, test } from "vitest";
import { findLeftToDo } from "../../app/pipeline/look-after.ts";
import { openNamespace } from "../world/open-namespace.ts";
import { installRelease, sampleRelease, tempFolder, writeChart } from "../world/sample-release.ts";
import { startPreviews } from "../world/start-previews.ts";
import { configMap } from "../world/start-release.ts";

test("after a rollout nothing is left to do, until somebody changes the cluster", async () => {
  const namespace = await openNamespace();
  const { name, core } = namespace;
  const release = await sampleRelease(name);
  const chart = await writeChart(await tempFolder(), "hub", { "a.yaml": configMap("course"), "b.yaml": configMap("hub") });
  const { ports } = await startPreviews(namespace, { [release.chart.digest]: chart });
  await installRelease(namespace, release, chart, {});
  expect(await findLeftToDo(ports, release)).toEqual([]);

  await core.deleteNamespacedConfigMap({ namespace: name, name: "course" });
  expect(await findLeftToDo(ports, release)).toEqual([`ConfigMap ${name}/course created`]);
});

test("where the cluster does not answer nobody can say", async () => {
  const namespace = await openNamespace();
  const release = await sampleRelease(namespace.name);
  const chart = await writeChart(await tempFolder(), "hub", { "a.yaml": configMap("course") });
  const { ports } = await startPreviews(namespace, { [release.chart.digest]: chart });
  const silent = { ...ports, openLookups: async () => "none" as const };
  expect(await findLeftToDo(silent, release)).toBeUndefined();
});
