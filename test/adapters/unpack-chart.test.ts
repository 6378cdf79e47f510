import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "tar";
import { expect, onTestFinished, test } from "vitest";
import { unpackChart } from "../../app/adapters/charts/unpack-chart.ts";
import { readChart } from "../../app/load/chart/read-chart.ts";
import { packSampleCharts } from "../../app/local/seed/sample-artefacts.ts";
import { writeFolder } from "../cli/write-folder.ts";

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-chart-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("a packed chart is read with the chart inside it, its defaults and its schema", async () => {
  const file = path.join(await temporaryFolder(), "hub.tgz");
  const [hub] = await packSampleCharts();
  await writeFile(file, hub?.tgz ?? "");
  const { chart } = readChart(await unpackChart(file), "hub");
  expect(chart).toMatchObject({
    name: "hub",
    version: "1.0.0",
    values: { course: { title: "" } },
    schema: { type: "object" },
    dependencies: [{ name: "jupyterhub", version: "4.4.0" }],
    subcharts: [{ name: "jupyterhub", version: "4.4.0", schema: { type: "object" }, subcharts: [] }],
  });
});

test("a chart that lies packed in another one is read too, and old requirements", async () => {
  const folder = await temporaryFolder();
  await writeFolder(folder, {
    "inner/Chart.yaml": "apiVersion: v2\nname: inner\nversion: 2.0.0\n",
    "inner/values.yaml": "mode: 0666\n",
    "outer/Chart.yaml": "apiVersion: v1\nname: outer\nversion: 1.0.0\n",
    "outer/requirements.yaml": "dependencies: [{ name: inner, version: ^2.0.0, alias: other }]\n",
  });
  await writeFolder(folder, { "outer/charts/README.md": "" });
  await create({ cwd: folder, gzip: true, file: path.join(folder, "outer/charts/inner-2.0.0.tgz") }, ["inner"]);
  await create({ cwd: folder, gzip: true, file: path.join(folder, "outer.tgz") }, ["outer"]);
  expect(readChart(await unpackChart(path.join(folder, "outer.tgz")), "outer").chart).toMatchObject({
    name: "outer",
    dependencies: [{ name: "inner", version: "^2.0.0", alias: "other" }],
    subcharts: [{ name: "inner", values: { mode: 438 } }],
  });
});
