import { KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { expect, test } from "vitest";
import { createHelmRevisions } from "../../../app/adapters/kubernetes/helm-revisions.ts";
import { openNamespace } from "../../world/open-namespace.ts";
import { installRelease, sampleRelease, tempFolder, writeChart } from "../../world/sample-release.ts";

const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: course}\ndata: {title: {{ .Values.title | quote }}}\n";

test("what somebody deploys or rolls back by hand is not taken for what was deployed before, whose labels Helm hands on", async () => {
  const namespace = await openNamespace();
  const { world, name } = namespace;
  const release = await sampleRelease(name);
  const chart = await writeChart(await tempFolder(), "course", { "course.yaml": CONFIG_MAP });
  const config = new KubeConfig();
  config.loadFromFile(world.kubeconfig);
  const bundles = async () =>
    (await createHelmRevisions(config).fetchRevisions(name, release.id)).map(({ bundleDigest, sha }) => [bundleDigest, sha]);
  const deploy = (title: string, bundle: string, revision?: number) => {
    const own = { "campanile.dev/bundle": bundle, "campanile.dev/sha": "abc" };
    const labels = revision === undefined ? own : { ...own, "campanile.dev/revision": String(revision) };
    return installRelease(namespace, release, chart, { title }, { labels });
  };
  const byHand = (...args: string[]) =>
    execa(world.tools.helm ?? "helm", [...args, "--namespace", name, "--kubeconfig", world.kubeconfig]);

  await deploy("Data 8", "old");
  await deploy("Data 8", "one", 2);
  await byHand("upgrade", release.id, chart, "--set", "title=Mine");
  await deploy("Data 8, Fall", "two", 4);
  await byHand("rollback", release.id, "2");
  await deploy("Data 8", "odd", Number.NaN);
  expect(await bundles()).toEqual([
    ["old", "abc"],
    ["one", "abc"],
    [undefined, "abc"],
    ["two", "abc"],
    [undefined, "abc"],
    [undefined, "abc"],
  ]);
});
