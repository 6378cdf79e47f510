import type { FilePlace, Finding } from "../domain/finding.ts";
import type { Hub, HubEnvironment } from "../domain/hub.ts";
import { suggestName } from "../domain/suggest-name.ts";
import { blame, missingFile } from "./blame.ts";
import type { ConfigTree } from "./config-tree.ts";
import { environmentsWithFiles, hubFiles } from "./layout.ts";
import { type Layer, loadLayers, placeInLayers } from "./load-layers.ts";
import { type ReadFile, readFile, type TypedFile } from "./read-file.ts";
import type { YamlPath } from "./read-yaml.ts";
import type { FleetFile } from "./schemas/fleet-schema.ts";
import { isHubName } from "./schemas/formats.ts";
import type { HubFile } from "./schemas/hub-schema.ts";
import type { PinsFile } from "./schemas/pins-schema.ts";

/** What is known of the fleet while its hubs are read. */
export interface FleetContext {
  tree: ConfigTree;
  files: ReadonlySet<string>;
  /** Absent when `campanile.yaml` is broken: hubs are still read, so that their faults are told too. */
  fleetFile: FleetFile | undefined;
  sharedValues: ReadonlyMap<string, ReadFile<object>>;
}

export interface LoadedHub {
  name: string;
  hubFile: string;
  /** Absent when `hub.yaml` cannot be read. */
  hub: Hub | undefined;
  /** The environments that `hub.yaml` lists, right or wrong. */
  listed: string[] | undefined;
  findings: Finding[];
  placeOfValue(environment: string, path: YamlPath, file?: string): FilePlace | undefined;
}

/** Reads one folder of `hubs/`. */
export async function loadHub(context: FleetContext, name: string): Promise<LoadedHub> {
  const paths = hubFiles(name);
  const findings: Finding[] = [];
  const layers = new Map<string, Layer[]>();
  const nothing = { name, hubFile: paths.hub, hub: undefined, findings, placeOfValue: () => undefined };
  if (!isHubName(name)) return { ...nothing, listed: undefined, findings: [badHubName(name, paths.hub)] };
  if (!context.files.has(paths.hub))
    return {
      ...nothing,
      listed: undefined,
      findings: [missingFile(paths.hub, `It says whose hub ${name} is and where it runs.`)],
    };

  const { file, findings: hubFindings } = await readFile(context.tree, paths.hub, "hub");
  findings.push(...hubFindings);
  if (!file) {
    findings.push(...(await faultsBeside(context, name)));
    return { ...nothing, listed: undefined };
  }
  const listed = Object.keys(file.content.environments);
  const known = context.fleetFile?.environments.map((environment) => environment.name) ?? listed;
  findings.push(...unknownEnvironments(file, known));

  const environments: HubEnvironment[] = [];
  const placesOfPins = new Map<string, PlaceOfPin>();
  for (const environment of known.filter((each) => listed.includes(each))) {
    const loaded = await loadEnvironment(context, name, file, environment);
    layers.set(environment, loaded.layers);
    if (loaded.placeOfPin) placesOfPins.set(environment, loaded.placeOfPin);
    findings.push(...loaded.findings);
    if (loaded.environment) environments.push(loaded.environment);
  }
  const { title, owners, students, journey } = file.content;
  return {
    ...nothing,
    listed,
    hub: {
      name,
      title,
      owners,
      ...(students === undefined ? {} : { students }),
      ...journeyOf(journey, file.yaml.placeOf(["journey"])),
      environments,
    },
    // The pinned image is merged last, over all layers.
    placeOfValue: (environment, path, file) =>
      placesOfPins.get(environment)?.(path, file) ?? placeInLayers(layers.get(environment) ?? [], path, file),
  };
}

function journeyOf(journey: HubFile["journey"], at: FilePlace): Pick<Hub, "journey"> {
  if (journey === undefined) return {};
  const { imports, user, link, grader, schedule, environments } = journey;
  const asked = { ...(link === undefined ? {} : { link }), ...(grader ? { grader } : {}), ...(schedule ? { schedule } : {}) };
  return { journey: { imports, user, at, ...asked, ...(environments ? { environments } : {}) } };
}

type PlaceOfPin = (path: YamlPath, file?: string) => FilePlace | undefined;

function placeOfPin({ content, yaml }: TypedFile<PinsFile>, imageValuePath: string): PlaceOfPin {
  return (path, file) => {
    const key = path.at(-1);
    const isPinned = path.slice(0, -1).join(".") === imageValuePath && (key === "name" || key === "tag");
    return content.image && isPinned && (file ?? yaml.file) === yaml.file ? yaml.placeOf(["image", key]) : undefined;
  };
}

/** With a broken hub.yaml nobody knows the hub's environments, but each file that is there can be read, and its faults told. */
async function faultsBeside(context: FleetContext, name: string): Promise<Finding[]> {
  const paths = hubFiles(name);
  const findings: Finding[] = [];
  for (const environment of environmentsWithFiles(name, context.files)) {
    findings.push(...(await loadLayers(context, name, environment)).findings);
    const pins = paths.pins(environment);
    if (context.files.has(pins)) findings.push(...(await loadPins(context, name, pins, environment)).findings);
  }
  return findings;
}

interface LoadedEnvironment {
  environment: HubEnvironment | undefined;
  layers: Layer[];
  placeOfPin?: PlaceOfPin;
  findings: Finding[];
}

async function loadEnvironment(
  context: FleetContext,
  name: string,
  file: TypedFile<HubFile>,
  environment: string,
): Promise<LoadedEnvironment> {
  const paths = hubFiles(name);
  const pinsFile = paths.pins(environment);
  const { layers, findings } = await loadLayers(context, name, environment);
  const pins = await loadPins(context, name, pinsFile, environment);
  const cluster = clusterOf(context, file, environment);
  const all = [...findings, ...pins.findings, ...cluster.findings];
  const place = file.content.environments[environment];
  if (!pins.pins || cluster.cluster === undefined || !place) return { environment: undefined, layers, findings: all };
  return {
    environment: {
      environment,
      cluster: cluster.cluster,
      namespace: place.namespace ?? `${name}-${environment}`,
      url: place.url,
      pins: pins.pins,
      pinsFile,
      valueLayers: layers.map((layer) => layer.layer),
      imageValuePath: file.content.image.valuePath,
    },
    layers,
    ...(pins.file ? { placeOfPin: placeOfPin(pins.file, file.content.image.valuePath) } : {}),
    findings: all,
  };
}

async function loadPins(context: FleetContext, name: string, path: string, environment: string) {
  if (!context.files.has(path))
    return {
      file: undefined,
      pins: undefined,
      findings: [missingFile(path, `It pins the versions that ${name} runs in ${environment}.`)],
    };
  const { file, findings } = await readFile(context.tree, path, "pins");
  if (!file || !context.fleetFile) return { file, pins: undefined, findings };
  const repository = context.fleetFile.charts[file.content.hub.chart];
  if (repository === undefined)
    return { file, pins: undefined, findings: [...findings, unknownChart(file, Object.keys(context.fleetFile.charts))] };
  return { file, pins: { hub: { ...file.content.hub, repository }, image: file.content.image }, findings };
}

/** The hub's own word, else the environment's, else the fleet's only cluster. */
function clusterOf(
  { fleetFile }: FleetContext,
  file: TypedFile<HubFile>,
  environment: string,
): { cluster: string | undefined; findings: Finding[] } {
  if (!fleetFile) return { cluster: undefined, findings: [] };
  const clusters = Object.keys(fleetFile.clusters);
  const own = file.content.environments[environment]?.cluster;
  const cluster =
    own ??
    fleetFile.environments.find(({ name }) => name === environment)?.cluster ??
    (clusters.length === 1 ? clusters[0] : undefined);
  if (cluster !== undefined && (own === undefined || clusters.includes(own))) return { cluster, findings: [] };
  const at = file.yaml.placeOf(["environments", environment, "cluster"]);
  const words = { why: "Clusters are listed in campanile.yaml.", fix: `Write one of: ${clusters.join(", ")}.` };
  const finding =
    own === undefined
      ? blame(at, { code: "missing-key", what: `Nothing says on which cluster ${environment} runs.`, ...words })
      : blame(at, { code: "unknown-cluster", what: `The cluster "${own}" is not one of the fleet's.`, ...words });
  return { cluster: undefined, findings: [finding] };
}

function unknownEnvironments(file: TypedFile<HubFile>, known: readonly string[]): Finding[] {
  const listed = Object.keys(file.content.environments);
  const unknown = (environment: string, path: YamlPath, whose: string, why: string, names: readonly string[]) => {
    const meant = suggestName(environment, names);
    return blame(file.yaml.placeOf(path), {
      code: "unknown-environment",
      what: `The environment "${environment}" is not one of ${whose}.`,
      why,
      fix: meant === undefined ? `Write one of: ${names.join(", ")}.` : `Did you mean "${meant}"?`,
    });
  };
  const played = (file.content.journey?.environments ?? []).map((environment, at) => ({ environment, at }));
  return [
    ...listed
      .filter((environment) => !known.includes(environment))
      .map((environment) => unknown(environment, ["environments", environment], "the fleet's", ORDER_IS_LISTED, known)),
    ...played
      .filter(({ environment }) => !listed.includes(environment))
      .map(({ environment, at }) => unknown(environment, ["journey", "environments", at], "this hub's", IS_PLAYED, listed)),
  ];
}

const ORDER_IS_LISTED = "Environments and their order of promotion are listed in campanile.yaml.";
const IS_PLAYED = "A journey is played where the hub runs.";

function unknownChart(file: TypedFile<PinsFile>, known: readonly string[]): Finding {
  const { chart } = file.content.hub;
  const meant = suggestName(chart, known);
  return blame(file.yaml.placeOf(["hub", "chart"]), {
    code: "unknown-chart",
    what: `campanile.yaml does not say where the chart "${chart}" is published.`,
    why: "Charts are fetched only from the repositories that the fleet names.",
    fix: meant === undefined ? "Add the chart and its repository under charts in campanile.yaml." : `Did you mean "${meant}"?`,
  });
}

function badHubName(name: string, file: string): Finding {
  return blame(
    { file, line: 1 },
    {
      code: "hub-name",
      what: `The folder hubs/${name.slice(0, 60)} cannot be a hub.`,
      why: "Its name becomes part of Helm release names and namespaces: lower-case letters, digits and dashes, a letter first, at most 30 characters.",
      fix: "Rename the folder.",
    },
  );
}
