import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createHelm } from "../../app/adapters/helm/create-helm.ts";
import { makeFleet } from "../../app/cli/init/make-fleet.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { packSampleCharts, SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { releasesOf } from "../../app/plan/releases-of.ts";
import { createRenderer } from "../../app/render/render-release.ts";
import { ensureTools } from "../../tools/install-tools.ts";
import { treeOf } from "../load/config-trees.ts";

/** Both charts refuse keys that they do not know, so a value in the wrong place does not render. */
test.each([
  { chart: "hub", valuePath: "jupyterhub.singleuser.image", memory: "`jupyterhub.singleuser.memory`" },
  { chart: "jupyterhub", valuePath: "singleuser.image", memory: "`singleuser.memory`" },
])("what init makes for the chart $chart renders, with the answered image in it", async ({ chart, valuePath, memory }) => {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-init-renders-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const made = await makeFleet("answers.yaml", Buffer.from(await answersFor(chart, valuePath)));
  if (made.kind === "faults") throw new Error(JSON.stringify(made.findings));
  expect(made.files.get("README.md")).toContain(memory);

  const helm = createHelm({
    binary: (await ensureTools(["helm"])).helm,
    homeDir: path.join(folder, "helm"),
    redact: (text) => text,
  });
  const { fleet } = await loadFleet(treeOf(Object.fromEntries(made.files)), "1".repeat(40));
  const release = fleet && releasesOf(fleet, await helm.version()).find(({ id }) => id === "data8-staging");
  if (!release?.image) throw new Error("the answers make no data8-staging with an image");
  const packed = (await packSampleCharts()).find(({ name }) => name === chart);
  const file = path.join(folder, "chart.tgz");
  await writeFile(file, packed?.tgz ?? "");
  const renders = createRenderer({
    helmVersion: "4.2.4",
    fetchChart: async () => file,
    template: async (name, packedChart, { namespace, values, kubeVersion }) => ({
      printed: await helm.template(name, packedChart, { namespace, values, cluster: { kubeVersion } }),
      asked: [],
    }),
  });
  const { manifests } = await renders.renderRelease(release, "none");

  const { name, tag, digest } = release.image;
  expect(JSON.stringify(manifests)).toContain(`${name}:${tag}@${digest}`);
  const ingress = manifests.find(({ id }) => id.kind === "Ingress");
  expect(JSON.stringify(ingress)).toContain("data8-staging.courses.example");
});

/** The sample's answers with a chart of theirs or the other. */
async function answersFor(chart: string, valuePath: string): Promise<string> {
  const sample = await readFile(path.join(SAMPLE_FLEET_FOLDER, "answers.yaml"), "utf8");
  return sample
    .replace("    hub: https://", `    ${chart}: https://`)
    .replace("  chart: hub\n", `  chart: ${chart}\n`)
    .replaceAll("    hub:\n", `    hub:\n      image: { valuePath: ${valuePath} }\n`);
}
