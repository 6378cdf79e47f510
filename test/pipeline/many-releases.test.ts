import { expect, test } from "vitest";
import { type EvaluationPorts, evaluateChange } from "../../app/pipeline/evaluate-change.ts";
import { treeOf } from "../load/config-trees.ts";
import { openNamespace } from "../world/open-namespace.ts";
import { installRelease, tempFolder, writeChart } from "../world/sample-release.ts";
import { startPreviews } from "../world/start-previews.ts";
import { configMap } from "../world/start-release.ts";

const DIGESTS = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`] as const;

function fleetOf(context: string, hubs: readonly string[], digest: string): Record<string, string> {
  const files = hubs.flatMap((hub) => [
    [
      `hubs/${hub}/hub.yaml`,
      `title: ${hub}\nowners: [ada]\nenvironments:\n  staging: { url: "https://${hub}.courses.example" }\n`,
    ],
    [
      `hubs/${hub}/pins/staging.yaml`,
      `hub: { chart: hub, version: "1.0.0", digest: "${digest}" }\nimage: { name: registry.example/user, tag: "1", digest: "${DIGESTS[0]}" }\n`,
    ],
    [`hubs/${hub}/values/common.yaml`, "{}"],
  ]);
  return {
    "campanile.yaml": `title: Courses\nclusters: { courses: { context: "${context}", kubernetesVersion: 1.36.3 } }\nenvironments: [{ name: staging }]\ncharts: { hub: "https://charts.example/" }\n`,
    ...Object.fromEntries(files),
  };
}

const side = (files: Record<string, string>) => ({ tree: treeOf(files), sha: "1".repeat(40) });

test("of many releases the same is told as of each of them alone, with fewer calls", async () => {
  const namespaces = await Promise.all(Array.from({ length: 8 }, () => openNamespace()));
  const [first] = namespaces;
  if (!first) throw new Error("no namespace");
  const folder = await tempFolder();
  const before = await writeChart(folder, "a", { "a.yaml": configMap("one"), "b.yaml": configMap("two") });
  const after = await writeChart(folder, "b", {
    "a.yaml": configMap("one"),
    "b.yaml": configMap("two", ", labels: {course: data8}"),
  });
  for (const { name } of namespaces) await installRelease(first, { id: name, namespace: name }, before, {});
  const { ports, calls } = await startPreviews(first, { [DIGESTS[0]]: before, [DIGESTS[1]]: after });
  const evaluationPorts: EvaluationPorts = { ...ports, helmVersion: "4.2.4", redactDeep: (value) => value };
  const hubs = namespaces.map(({ name }) => name.replace("-staging", ""));
  const change = {
    base: side(fleetOf(first.context, hubs, DIGESTS[0])),
    head: side(fleetOf(first.context, hubs, DIGESTS[1])),
    isFork: false,
  };
  async function evaluate(isAsked?: Parameters<typeof evaluateChange>[2]) {
    const before = calls();
    const { releases } = await evaluateChange(evaluationPorts, change, isAsked);
    return { releases, calls: calls() - before };
  }
  // What is the same for all releases of a cluster is asked for now, and known from then on.
  await evaluate();

  const together = await evaluate();
  const alone = [];
  for (const { releaseId } of together.releases) alone.push(await evaluate(({ head }) => head?.id === releaseId));

  expect(together.releases.map(({ couldNot }) => couldNot)).toEqual(Array(8).fill(null));
  expect(together.releases).toHaveLength(8);
  expect(together.releases).toMatchObject(
    Array.from({ length: 8 }, () => ({ basis: "live", effect: { objects: [{ id: { name: "two" }, change: "changed" }] } })),
  );
  expect(together.releases).toEqual(alone.flatMap(({ releases }) => releases));
  const callsOfAll = alone.reduce((sum, each) => sum + each.calls, 0);
  // One list of ConfigMaps instead of eight.
  expect(together.calls).toBe(callsOfAll - 7);
});
