import type { Release } from "../../app/domain/release.ts";
import type { TestNamespace } from "./open-namespace.ts";
import { installRelease, sampleRelease, tempFolder, writeChart } from "./sample-release.ts";
import { startPreviews } from "./start-previews.ts";

export const configMap = (name: string, more = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\ndata: {a: "1"}\n`;

interface Workload {
  image?: string;
  replicas?: number | null;
  memory?: string;
  strategy?: string;
  app?: string;
  more?: string;
}

export function deployment({
  image = "a:1",
  replicas = 1,
  memory = "64Mi",
  strategy = "Recreate",
  app = "hub",
  more = "",
}: Workload = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: hub}
spec:
${replicas === null ? "" : `  replicas: ${replicas}`}
  strategy: {type: ${strategy}}
  selector: {matchLabels: {app: ${app}}}
  template:
    metadata: {labels: {app: ${app}}}
    spec:
      containers:
        - name: hub
          image: ${image}
          resources: {requests: {memory: ${memory}}}
${more}`;
}

/** A release whose chart is these templates; `rollOut` installs it as Campanile would. */
export async function startRelease(namespace: TestNamespace, versions: Record<string, Record<string, string>>) {
  const folder = await tempFolder();
  const charts = Object.fromEntries(
    await Promise.all(
      Object.entries(versions).map(async ([name, templates]) => [name, await writeChart(folder, name, templates)] as const),
    ),
  );
  const sample = await sampleRelease(namespace.name);
  const at = (version: string): Release => ({ ...sample, valueLayers: [], chart: { ...sample.chart, digest: version } });
  const previews = await startPreviews(namespace, charts);
  return {
    ...previews,
    rollOut: (version: string, serverSide = true) => installRelease(namespace, sample, charts[version] ?? "", {}, { serverSide }),
    preview: (base: string | undefined, head: string) => previews.preview(base === undefined ? undefined : at(base), at(head)),
  };
}
