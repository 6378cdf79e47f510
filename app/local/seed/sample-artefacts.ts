import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { type BuiltImage, buildImage } from "./build-image.ts";
import { type PackedChart, packChart } from "./pack-chart.ts";

const ROOT = join(import.meta.dirname, "../../..");
export const SAMPLE_FLEET_FOLDER = join(ROOT, "deploy-config");
export const SAMPLE_HUBS = ["data8", "data100", "prob140"] as const;
const REGISTRY = "registry.campanile.example";
/** The first is what the sample pins; the second is there to be bumped to. */
const USER_IMAGE_TAGS = ["2026.11.1", "2026.11.2"] as const;

/** The charts that the sample's pins name, packed: `hub` with the stand-in for its dependency inside. */
export async function packSampleCharts(): Promise<PackedChart[]> {
  const standIn = join(ROOT, "test/fixtures/charts/jupyterhub");
  return Promise.all([packChart(join(ROOT, "charts/hub"), [standIn]), packChart(standIn)]);
}

/** Every image that a hub of the sample runs, and the user images that it could be bumped to. */
export async function buildSampleImages(): Promise<BuiltImage[]> {
  const users = SAMPLE_HUBS.flatMap((hub) => USER_IMAGE_TAGS.map((tag) => buildImage(`${REGISTRY}/user-${hub}`, tag)));
  return [...users, ...(await chartImages())];
}

/** Hub, proxy and pause, in the versions that the chart's own values name. */
async function chartImages(): Promise<BuiltImage[]> {
  const values: unknown = parse(await readFile(join(ROOT, "test/fixtures/charts/jupyterhub/values.yaml"), "utf8"));
  const images = new Map<string, BuiltImage>();
  for (const { name, tag } of imagesIn(values)) {
    // The chart's own user image is a default that every hub replaces.
    if (!name.includes("/user-")) images.set(`${name}:${tag}`, buildImage(name, tag));
  }
  return [...images.values()];
}

function imagesIn(value: unknown): { name: string; tag: string }[] {
  if (typeof value !== "object" || value === null) return [];
  if ("name" in value && "tag" in value) return [{ name: String(value.name), tag: String(value.tag) }];
  return Object.values(value).flatMap(imagesIn);
}
