import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { gzipStored, packTar } from "../../app/adapters/charts/deterministic-archive.ts";
import type { ImagePin } from "../../app/domain/hub.ts";
import type { JsonObject } from "../../app/domain/json.ts";
import { imageValues, mergeValues } from "../../app/domain/merge-values.ts";
import type { Release } from "../../app/domain/release.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { packChart } from "../../app/local/seed/pack-chart.ts";
import { releasesOf } from "../../app/plan/releases-of.ts";
import { folderTree } from "../load/config-trees.ts";
import type { TestNamespace } from "./open-namespace.ts";

const ROOT = path.join(import.meta.dirname, "../..");

/** Data 8 of the sample on staging, under the name of the test's namespace. */
export async function sampleRelease(namespace: string, helmVersion = "4.2.4"): Promise<Release & { image: ImagePin }> {
  const { fleet } = await loadFleet(await folderTree(path.join(ROOT, "deploy-config")), "a".repeat(40));
  const release = fleet && releasesOf(fleet, helmVersion).find(({ id }) => id === "data8-staging");
  if (!release?.image) throw new Error("the sample fleet has no data8-staging with an image");
  return { ...release, image: release.image, id: namespace, namespace };
}

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The sample's hub chart, packed. */
export async function writeHubChart(folder: string): Promise<string> {
  const file = path.join(folder, "hub.tgz");
  const { tgz } = await packChart(path.join(ROOT, "charts/hub"), [path.join(ROOT, "test/fixtures/charts/jupyterhub")]);
  await writeFile(file, tgz);
  return file;
}

/** A chart of nothing but these templates. */
export async function writeChart(
  folder: string,
  name: string,
  templates: Record<string, string>,
  rest: Record<string, string> = {},
): Promise<string> {
  const file = path.join(folder, `${name}.tgz`);
  const files = [
    ...Object.entries(templates).map(([template, text]) => [`hub/templates/${template}`, text] as const),
    ...Object.entries(rest).map(([path, text]) => [`hub/${path}`, text] as const),
  ].map(([path, text]): [string, Buffer] => [path, Buffer.from(text)]);
  const chart = Buffer.from("apiVersion: v2\nname: hub\nversion: 1.0.0\n");
  await writeFile(file, gzipStored(packTar(new Map([["hub/Chart.yaml", chart], ...files]))));
  return file;
}

const REAL_SECRETS: JsonObject = {
  jupyterhub: {
    hub: {
      cookieSecret: "c0".repeat(32),
      services: { grader: { apiToken: "real-grader-token-161803" } },
      config: { GoogleOAuthenticator: { client_id: "real-client", client_secret: "real-secret-271828" } },
    },
    proxy: { secretToken: "real-proxy-token-314159" },
  },
};

/** The values of a release with a real secret wherever the file in git has an encrypted one. */
export function realValues(release: Release): JsonObject {
  const plain = release.valueLayers.flatMap((layer) => (layer.kind === "plain" ? [layer.values] : []));
  return mergeValues([...plain, REAL_SECRETS, imageValues(release.image, release.imageValuePath)]);
}

/** As the rollout does it, by the real Helm and with Campanile's own rights; hooks are left out to be quick. */
export async function installRelease(
  { world, context }: TestNamespace,
  release: Pick<Release, "id" | "namespace">,
  chart: string,
  values: JsonObject,
  {
    serverSide = true,
    description,
    labels = {},
  }: { serverSide?: boolean; description?: string; labels?: Record<string, string> } = {},
): Promise<void> {
  const folder = await tempFolder();
  await execa(
    world.tools.helm ?? "helm",
    [
      "upgrade",
      "--install",
      "--no-hooks",
      "--wait=hookOnly",
      `--server-side=${serverSide}`,
      ...Object.entries(labels).flatMap(([key, value]) => ["--labels", `${key}=${value}`]),
      ...(description === undefined ? [] : ["--description", description]),
      "--kubeconfig",
      world.campanileKubeconfig,
      "--kube-context",
      context,
      "--namespace",
      release.namespace,
      "--values",
      "-",
      release.id,
      chart,
    ],
    {
      input: JSON.stringify(values),
      env: { HELM_CACHE_HOME: `${folder}/cache`, HELM_CONFIG_HOME: `${folder}/config`, HELM_DATA_HOME: `${folder}/data` },
    },
  );
}
