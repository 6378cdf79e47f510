import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Chart } from "../../app/domain/chart/chart.ts";
import { isJsonObject, type JsonObject } from "../../app/domain/json.ts";
import { type LoadedFleet, loadFleet } from "../../app/load/load-fleet.ts";
import { type FleetView, fleetView } from "../../app/validate/fleet-view.ts";
import type { CommitText, Example } from "../../app/validate/rule.ts";
import { treeOf } from "../load/config-trees.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const SHA = "5".repeat(40);
const DIGEST = `sha256:${"a".repeat(64)}`;

/** The files of a fleet of one hub that is in order, with the example's in it. */
export function exampleFiles({ common, staging, prod, chartVersion = "1.0.0", files = {} }: Example): Record<string, string> {
  const pins = `hub: { chart: hub, version: "${chartVersion}", digest: "${DIGEST}" }
image: { name: "registry.example/user", tag: "1", digest: "${DIGEST}" }
`;
  return {
    "campanile.yaml": `title: Courses
clusters: { courses: { context: courses, kubernetesVersion: 1.36.3 } }
environments: [{ name: staging }, { name: prod }]
charts: { hub: "https://charts.example/" }
`,
    "hubs/data8/hub.yaml": `title: Data 8
owners: [ada]
environments:
  staging: { url: "https://data8-staging.courses.example" }
  prod: { url: "https://data8.courses.example" }
`,
    "hubs/data8/pins/staging.yaml": pins,
    "hubs/data8/pins/prod.yaml": pins,
    "hubs/data8/values/common.yaml": common ?? "{}",
    "hubs/data8/values/staging.yaml": staging ?? "{}",
    "hubs/data8/values/prod.yaml": prod ?? "{}",
    ...files,
  };
}

export async function loadExample(example: Example): Promise<LoadedFleet> {
  return loadFleet(treeOf(exampleFiles(example)), SHA);
}

export async function viewOf(example: Example): Promise<FleetView> {
  const { fleet, findings, placeOfValue } = await loadExample(example);
  if (!fleet) throw new Error(`the example is no fleet: ${JSON.stringify(findings)}`);
  const charts = new Map([[DIGEST, await exampleChart(example.jupyterhubVersion ?? "4.4.0")]]);
  return fleetView(fleet, placeOfValue, { charts, texts: new Map(Object.entries(exampleFiles(example))) });
}

/** The wrapper that the sample's fleets use, around the world's stand-in for JupyterHub's chart. */
export async function exampleChart(jupyterhubVersion: string): Promise<Chart> {
  const jupyterhub = await readChart("test/fixtures/charts/jupyterhub");
  const hub = await readChart("charts/hub");
  return {
    ...hub,
    dependencies: [{ name: "jupyterhub", version: jupyterhubVersion }],
    subcharts: [{ ...jupyterhub, version: jupyterhubVersion }],
  };
}

const about = z.object({ name: z.string(), version: z.string() });

async function readChart(folder: string): Promise<Chart> {
  const read = (file: string) => readFile(path.join(ROOT, folder, file), "utf8");
  return {
    ...about.parse(parse(await read("Chart.yaml"))),
    values: objectOf(parse(await read("values.yaml"), { version: "1.1" })),
    schema: JSON.parse(await read("values.schema.json")),
    subcharts: [],
  };
}

function objectOf(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw new Error("the chart's values are no map");
  return value;
}

export function commitsOf({ commit }: Example): CommitText[] | undefined {
  if (!commit) return undefined;
  return Object.entries(commit).map(([file, text]) => ({
    sha: "c".repeat(40),
    file,
    lines: text.split("\n").map((line, index) => ({ number: index + 1, text: line })),
  }));
}
