import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Release } from "../../app/domain/release.ts";
import { openNamespace } from "../world/open-namespace.ts";
import { installRelease, realValues, sampleRelease, tempFolder, writeHubChart } from "../world/sample-release.ts";
import { startPreviews } from "../world/start-previews.ts";

test("a fork's change asks no cluster: it is shown by what was kept of it, or by the chart alone", async () => {
  const namespace = await openNamespace();
  const chart = await writeHubChart(await tempFolder());
  const base = await sampleRelease(namespace.name);
  const head: Release = { ...base, image: { ...base.image, tag: "2026.11.2" } };
  await installRelease(namespace, base, chart, realValues(base));
  const { preview } = await startPreviews(namespace, { [base.chart.digest]: chart });

  const before = await preview(base, head, true);
  expect(before).toMatchObject({ basis: "none", effect: null, drift: null, couldNot: null, impact: { class: "hub-restarts" } });
  // Without what the cluster has, the chart makes up a key and a checksum over it.
  expect(before.diff?.notDeterministic.length).toBeGreaterThan(0);

  const live = await preview(base, head);
  const after = await preview(base, head, true);
  expect(after).toMatchObject({
    basis: "recorded",
    effect: null,
    drift: null,
    diff: live.diff,
    impact: { class: "hub-restarts" },
  });
  expect(after.diff?.notDeterministic).toEqual([]);
});

test("a cluster that does not answer is a fault of that release, and is told as such", async () => {
  const namespace = await openNamespace();
  const folder = await tempFolder();
  const kubeconfig = path.join(folder, "nowhere.json");
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "nowhere", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "nobody", user: {} }],
      contexts: [{ name: namespace.context, context: { cluster: "nowhere", user: "nobody" } }],
    }),
  );
  const base = await sampleRelease(namespace.name);
  const { preview } = await startPreviews(namespace, { [base.chart.digest]: await writeHubChart(folder) }, kubeconfig);
  expect(await preview(base, base)).toMatchObject({ diff: null, effect: null, couldNot: { code: "cluster-unreachable" } });
});
