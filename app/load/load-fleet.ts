import type { z } from "zod";
import type { Finding } from "../domain/finding.ts";
import { hasBlocking, sortFindings } from "../domain/finding.ts";
import type { Environment, Fleet, Hub, HubEnvironment, Promotion, ValueLayer } from "../domain/hub.ts";
import { isJsonObject } from "../domain/json.ts";
import { checkSchema } from "./check-schema.ts";
import type { ConfigTree } from "./config-tree.ts";
import { readSecrets } from "./read-secrets.ts";
import { readYaml, type YamlFile } from "./read-yaml.ts";
import { type CampanileFile, campanileFile } from "./schemas/campanile-file.ts";
import { type HubFile, hubFile } from "./schemas/hub-file.ts";
import { pinsFile } from "./schemas/pins-file.ts";

/** What a commit says, and everything that is wrong with it. With a blocking finding the fleet is not to be used. */
export interface LoadedFleet {
  fleet: Fleet | undefined;
  findings: Finding[];
}

const FLEET_FILE = "campanile.yaml";
/** Values that every hub starts from; a change here touches them all. */
const SHARED_VALUES = "values/common.yaml";

interface Reader {
  files: ReadonlySet<string>;
  findings: Finding[];
  yaml(file: string): Promise<{ yaml: YamlFile; content: Buffer } | undefined>;
}

/**
 * Reads a fleet in Campanile's own layout. All faults are found in one pass.
 * @param tree the files at `sha`
 */
export async function loadFleet(tree: ConfigTree, sha: string): Promise<LoadedFleet> {
  const reader = await createReader(tree);
  const shared = reader.files.has(FLEET_FILE)
    ? await readChecked(reader, FLEET_FILE, campanileFile)
    : missing(reader, FLEET_FILE, "It names the fleet's clusters and environments.");
  const hubNames = [
    ...new Set([...reader.files].map((file) => /^hubs\/([^/]+)\//.exec(file)?.[1]).filter((name) => name !== undefined)),
  ].sort();
  const hubs: Hub[] = [];
  for (const name of hubNames) {
    const hub = await loadHub(reader, name, shared);
    if (hub) hubs.push(hub);
  }
  const findings = sortFindings(reader.findings);
  if (!shared || hasBlocking(findings)) return { fleet: undefined, findings };
  return {
    fleet: { sha, title: shared.title, clusters: clustersOf(shared), environments: environmentsOf(shared), hubs },
    findings,
  };
}

async function createReader(tree: ConfigTree): Promise<Reader> {
  const files = new Set(await tree.listFiles());
  const findings: Finding[] = [];
  const read = new Map<string, Promise<{ yaml: YamlFile; content: Buffer } | undefined>>();
  async function readOnce(file: string) {
    const content = await tree.readFile(file);
    const reading = readYaml(file, content);
    findings.push(...reading.findings);
    return reading.ok ? { yaml: reading.yaml, content } : undefined;
  }
  return {
    files,
    findings,
    yaml(file) {
      const known = read.get(file) ?? readOnce(file);
      read.set(file, known);
      return known;
    },
  };
}

async function readChecked<Schema extends z.ZodType>(
  reader: Reader,
  file: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const read = await reader.yaml(file);
  if (!read) return undefined;
  const checked = checkSchema(schema, read.yaml);
  reader.findings.push(...checked.findings);
  return checked.value;
}

function missing(reader: Reader, file: string, why: string): undefined {
  reader.findings.push({
    code: "missing-file",
    severity: "block",
    what: `There is no ${file}.`,
    why,
    fix: `Add ${file}; "campanile init" writes an example.`,
    at: { file, line: 1 },
  });
  return undefined;
}

async function loadHub(reader: Reader, name: string, shared: CampanileFile | undefined): Promise<Hub | undefined> {
  const file = `hubs/${name}/hub.yaml`;
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    reader.findings.push({
      code: "hub-name",
      severity: "block",
      what: `hubs/${name} cannot be a hub.`,
      why: "The folder's name becomes part of namespaces and releases, which take lower-case letters, digits and dashes only.",
      fix: "Rename the folder.",
      at: { file, line: 1 },
    });
    return undefined;
  }
  const hub = reader.files.has(file)
    ? await readChecked(reader, file, hubFile)
    : missing(reader, file, `Without it nobody knows where the hub ${name} runs.`);
  if (!hub) return undefined;
  const wanted = shared
    ? shared.environments.map((each) => each.name).filter((each) => hub.environments[each])
    : Object.keys(hub.environments);
  if (shared) await checkEnvironments(reader, file, hub, shared);
  const environments: HubEnvironment[] = [];
  for (const environment of wanted) {
    const loaded = await loadEnvironment(reader, name, hub, environment, shared?.charts.repository ?? "");
    if (loaded) environments.push(loaded);
  }
  return {
    name,
    title: hub.title,
    owners: hub.owners,
    ...(hub.students === undefined ? {} : { students: hub.students }),
    environments,
  };
}

async function checkEnvironments(reader: Reader, file: string, hub: HubFile, shared: CampanileFile): Promise<void> {
  const yaml = (await reader.yaml(file))?.yaml;
  if (!yaml) return;
  const known = shared.environments.map((environment) => environment.name);
  for (const [environment, { cluster }] of Object.entries(hub.environments)) {
    if (!known.includes(environment)) {
      reader.findings.push({
        code: "unknown-environment",
        severity: "block",
        what: `${file} has the environment "${environment}", which the fleet does not know.`,
        why: "Its place in the order of promotion is in campanile.yaml.",
        fix: `Use one of: ${known.join(", ")}.`,
        at: yaml.placeOf(["environments", environment]),
      });
    }
    if (!shared.clusters[cluster]) {
      reader.findings.push({
        code: "unknown-cluster",
        severity: "block",
        what: `${file} puts ${environment} on the cluster "${cluster}", which the fleet does not know.`,
        why: "Clusters are listed in campanile.yaml.",
        fix: `Use one of: ${Object.keys(shared.clusters).join(", ")}.`,
        at: yaml.placeOf(["environments", environment, "cluster"]),
      });
    }
  }
}

async function loadEnvironment(
  reader: Reader,
  name: string,
  hub: HubFile,
  environment: string,
  repository: string,
): Promise<HubEnvironment | undefined> {
  const place = hub.environments[environment];
  const file = `hubs/${name}/pins/${environment}.yaml`;
  const pins = reader.files.has(file)
    ? await readChecked(reader, file, pinsFile)
    : missing(reader, file, `It pins the versions that ${name} runs in ${environment}.`);
  const valueLayers = await loadLayers(reader, name, environment);
  if (!pins || !place) return undefined;
  return {
    environment,
    cluster: place.cluster,
    namespace: place.namespace ?? `${name}-${environment}`,
    url: place.url,
    pins: { hub: { ...pins.hub, repository }, image: pins.image },
    pinsFile: file,
    valueLayers,
    imageValuePath: hub.image.valuePath,
  };
}

async function loadLayers(reader: Reader, name: string, environment: string): Promise<ValueLayer[]> {
  const layers: ValueLayer[] = [];
  for (const file of [SHARED_VALUES, `hubs/${name}/values/common.yaml`, `hubs/${name}/values/${environment}.yaml`]) {
    const layer = reader.files.has(file) ? await loadPlainLayer(reader, file) : undefined;
    if (layer) layers.push(layer);
  }
  const secrets = `hubs/${name}/secrets/${environment}.yaml`;
  const read = reader.files.has(secrets) ? await reader.yaml(secrets) : undefined;
  if (read) {
    const { layer, findings } = readSecrets(read.yaml, read.content);
    reader.findings.push(...findings);
    if (layer) layers.push(layer);
  }
  return layers;
}

async function loadPlainLayer(reader: Reader, file: string): Promise<ValueLayer | undefined> {
  const read = await reader.yaml(file);
  if (!read) return undefined;
  const values = read.yaml.value;
  if (values === null) return { kind: "plain", file, values: {} };
  if (isJsonObject(values)) return { kind: "plain", file, values };
  const isKnown = reader.findings.some((finding) => finding.code === "values-not-a-map" && finding.at.file === file);
  if (!isKnown) {
    reader.findings.push({
      code: "values-not-a-map",
      severity: "block",
      what: `${file} holds a ${Array.isArray(values) ? "list" : "single value"} and no keys.`,
      why: "Helm reads values as a map of keys.",
      fix: "Put the values under their keys, such as jupyterhub: ...",
      at: { file, line: 1 },
    });
  }
  return undefined;
}

function clustersOf(shared: CampanileFile) {
  return Object.entries(shared.clusters).map(([name, cluster]) => ({ name, ...cluster }));
}

function environmentsOf(shared: CampanileFile): Environment[] {
  return shared.environments.map(({ name, promotion }) => ({ name, promotion: parsePromotion(promotion) }));
}

function parsePromotion(text: string): Promotion {
  if (text === "auto" || text === "manual") return { kind: text };
  const [, amount = "0", unit] = /^after (\d+)([mh])$/.exec(text) ?? [];
  return { kind: "after-soak", soakSeconds: Number(amount) * (unit === "h" ? 3600 : 60) };
}
