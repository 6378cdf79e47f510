import { chartDefaults } from "../../domain/chart/chart-defaults.ts";
import type { FilePlace, Finding } from "../../domain/finding.ts";
import type { Cluster, Hub, HubEnvironment, ImagePin } from "../../domain/hub.ts";
import { isJsonObject, type JsonObject } from "../../domain/json.ts";
import { mergeValues } from "../../domain/merge-values.ts";
import { hasValueAt, valueAt } from "../../domain/value-at.ts";
import { blame, missingFile } from "../blame.ts";
import type { ConfigTree } from "../config-tree.ts";
import { type Layer, placeInLayers } from "../load-layers.ts";
import { markOpaqueMaps } from "../opaque-maps.ts";
import { readFile, type TypedFile } from "../read-file.ts";
import { readSecrets } from "../read-secrets.ts";
import type { YamlFile, YamlPath } from "../read-yaml.ts";
import { isReleasePart } from "../schemas/formats.ts";
import type { HubployFile } from "../schemas/hubploy-schema.ts";
import { clusterOf, missingSection } from "./cluster-of.ts";
import { deploymentFiles, environmentsOf } from "./layout.ts";
import type { LoadedChart } from "./read-chart-folder.ts";
import { IMAGE_VALUE_PATH, readImages } from "./read-images.ts";

export interface DeploymentContext {
  tree: ConfigTree;
  files: ReadonlySet<string>;
  /** Absent when the chart cannot be read: hubs are still read, so that their faults are told too. */
  chart: LoadedChart | undefined;
  /** In promotion order; all that hubploy knows when the fleet does not say. */
  environments: readonly string[];
}

export interface LoadedDeployment {
  name: string;
  /** Absent when a file of it cannot be read. */
  hub: Hub | undefined;
  hubploy: YamlFile | undefined;
  /** As its hubploy.yaml says, before names are told apart; by environment. */
  clusters: ReadonlyMap<string, Cluster>;
  findings: Finding[];
  placeOfValue(environment: string, path: YamlPath, file?: string): FilePlace | undefined;
}

/** Reads one folder of `deployments/`. */
export async function loadDeployment(context: DeploymentContext, name: string): Promise<LoadedDeployment> {
  const paths = deploymentFiles(name);
  const findings: Finding[] = [];
  const layers = new Map<string, Layer[]>();
  const clusters = new Map<string, Cluster>();
  const nothing = { name, hub: undefined, hubploy: undefined, clusters, findings, placeOfValue: () => undefined };
  if (!isReleasePart(name)) return { ...nothing, findings: [badName(name, paths.hubploy)] };
  if (!context.files.has(paths.hubploy))
    return {
      ...nothing,
      findings: [missingFile(paths.hubploy, `It says on which cluster ${name} runs, and hubploy stops without it.`)],
    };

  const { file, findings: hubployFindings } = await readFile(context.tree, paths.hubploy, "hubploy");
  findings.push(...hubployFindings);
  if (file) findings.push(...missingSection(file));
  const images = file ? readImages(file) : { layers: [], findings: [] };
  findings.push(...images.findings);
  const shared = await readPlain(context, paths.common, findings);
  const environments: HubEnvironment[] = [];
  const present = environmentsOf(name, context.files).filter((each) => context.environments.includes(each));
  for (const environment of context.environments.filter((each) => present.includes(each))) {
    const own = await readPlain(context, paths.config(environment), findings);
    const secrets = await readSecretLayers(context, name, environment, findings);
    const marked = markOpaqueMaps([...shared, ...own, ...secrets, ...images.layers], mapOf(context.chart?.defaults));
    findings.push(...marked.findings);
    const all = marked.layers;
    layers.set(environment, all);
    const cluster = file && clusterOf(file.content, `${name}-${environment}`);
    if (!cluster || !context.chart) continue;
    clusters.set(environment, cluster);
    environments.push(toEnvironment({ name, environment, chart: context.chart, cluster: cluster.name, file, layers: all }));
  }
  return {
    ...nothing,
    hub: file && { name, title: name, owners: [], environments },
    hubploy: file?.yaml,
    placeOfValue: (environment, path, file) =>
      placeInLayers(layers.get(environment) ?? [], path, file) ?? placeInDefaults(context.chart?.defaults, path),
  };
}

function mapOf(defaults: YamlFile | undefined): JsonObject {
  return defaults && isJsonObject(defaults.value) ? defaults.value : {};
}

function placeInDefaults(defaults: YamlFile | undefined, path: YamlPath): FilePlace | undefined {
  return defaults && hasValueAt(defaults.value, path) ? defaults.placeOf(path) : undefined;
}

async function readPlain({ tree, files }: DeploymentContext, path: string, findings: Finding[]): Promise<Layer[]> {
  if (!files.has(path)) return [];
  const read = await readFile(tree, path, "values");
  findings.push(...read.findings);
  return read.file ? [{ layer: { kind: "plain", file: path, values: read.file.raw }, yaml: read.file.yaml }] : [];
}

async function readSecretLayers(
  { tree, files }: DeploymentContext,
  name: string,
  environment: string,
  findings: Finding[],
): Promise<Layer[]> {
  const paths = deploymentFiles(name);
  const layers: Layer[] = [];
  for (const path of [paths.secrets(environment), paths.secretsElsewhere(environment)].filter((each) => files.has(each))) {
    const read = await readSecrets(tree, path);
    findings.push(...read.findings);
    if (read.layer) layers.push(read.layer);
  }
  return layers;
}

interface EnvironmentParts {
  name: string;
  environment: string;
  chart: LoadedChart;
  cluster: string;
  file: TypedFile<HubployFile>;
  layers: readonly Layer[];
}

function toEnvironment({ name, environment, chart, cluster, file, layers }: EnvironmentParts): HubEnvironment {
  const valueLayers = layers.map((each) => each.layer);
  const given = mergeValues(valueLayers.map((layer) => (layer.kind === "plain" ? layer.values : layer.shape)));
  const values = chart.pin.folder ? chartDefaults(chart.pin.folder.chart, given) : given;
  const image = imageIn(values);
  const url = urlIn(values);
  return {
    environment,
    cluster,
    namespace: `${name}-${environment}`,
    ...(url === undefined ? {} : { url }),
    pins: { hub: chart.pin, ...(image === undefined ? {} : { image }) },
    pinsFile: file.yaml.file,
    valueLayers,
    imageValuePath: IMAGE_VALUE_PATH,
  };
}

function imageIn(values: JsonObject): ImagePin | undefined {
  const image = valueAt(values, IMAGE_VALUE_PATH.split("."));
  if (!isJsonObject(image) || typeof image.name !== "string" || image.name === "") return undefined;
  const { name, tag } = image;
  const hasTag = (typeof tag === "string" && tag !== "") || typeof tag === "number";
  return { name, ...(hasTag ? { tag: String(tag) } : {}) };
}

/** The first host that the ingress answers to, else the first of the proxy's own certificate. */
function urlIn(values: JsonObject): string | undefined {
  const first = (path: string) => {
    const list = valueAt(values, ["jupyterhub", ...path.split(".")]);
    return Array.isArray(list) && typeof list[0] === "string" && list[0] !== "" ? list[0] : undefined;
  };
  const isOn = valueAt(values, ["jupyterhub", "ingress", "enabled"]) === true;
  const host = (isOn ? first("ingress.hosts") : undefined) ?? first("proxy.https.hosts");
  return host === undefined ? undefined : `https://${host}`;
}

function badName(name: string, file: string): Finding {
  return blame(
    { file, line: 1 },
    {
      code: "hub-name",
      what: `The folder deployments/${name.slice(0, 60)} cannot be a hub.`,
      why: "Its name becomes part of a Helm release and a namespace: lower-case letters, digits and dashes.",
      fix: "Rename the folder.",
    },
  );
}
