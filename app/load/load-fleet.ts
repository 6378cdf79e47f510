import type { FilePlace, Finding } from "../domain/finding.ts";
import { sortFindings } from "../domain/finding.ts";
import type { Fleet, FleetMode } from "../domain/hub.ts";
import { blame, missingFile } from "./blame.ts";
import { type LoadedCalendars, loadCalendars } from "./calendar/load-calendars.ts";
import type { ConfigTree } from "./config-tree.ts";
import { findUnreadFiles } from "./find-unread-files.ts";
import { clusterOf, waiverOf } from "./fleet-parts.ts";
import { isHubployFleet } from "./hubploy/layout.ts";
import { loadHubploy } from "./hubploy/load-hubploy.ts";
import { isWhole } from "./is-whole.ts";
import { FLEET_FILE, filesByHub, isOfFleet, sharedValuesFiles } from "./layout.ts";
import { type FleetContext, type LoadedHub, loadHub } from "./load-hub.ts";
import { type ReadFile, readFile, type TypedFile } from "./read-file.ts";
import { environmentOf } from "./read-promotion.ts";
import type { YamlPath } from "./read-yaml.ts";
import { refusedEntries } from "./refused-entries.ts";
import { rememberLoaded } from "./remember-loaded.ts";
import type { FleetFile } from "./schemas/fleet-schema.ts";

/** What a commit says, and everything that is wrong with it. */
export interface LoadedFleet {
  /** Absent when a finding leaves something unread: a fleet is never planned in part. */
  fleet: Fleet | undefined;
  /** What the fleet's file says, faults elsewhere or not; a hubploy fleet without one is observed. */
  mode: FleetMode;
  /** Worst first, then by file and line. */
  findings: Finding[];
  /**
   * Where a value was written that a release renders with, for faults that show only there.
   * @param path keys from the top of the values
   * @param file when given, only what this file says counts
   * @returns the topmost layer that has it; undefined when it comes from the chart itself
   */
  placeOfValue(hub: string, environment: string, path: YamlPath, file?: string): FilePlace | undefined;
}

export const LAYOUTS = ["campanile", "hubploy"] as const;
export type Layout = (typeof LAYOUTS)[number];

export interface LoadOptions {
  /** Left out or `auto`: the files tell. */
  layout?: Layout | "auto";
}

/**
 * Reads a fleet in any layout. All faults are found in one pass, each with its file and line; after this nothing knows which layout it was.
 * @param tree the files at `sha`
 */
export async function loadFleet(tree: ConfigTree, sha: string, { layout = "auto" }: LoadOptions = {}): Promise<LoadedFleet> {
  // Where contents have ids they stay as they are. The base of one pull request is that of the next.
  const known = tree.contentIdOf && loadedTrees.get(tree);
  if (known?.sha === sha && known.layout === layout) return known.loaded;
  const loaded = await loadTree(tree, sha, layout);
  loadedTrees.set(tree, { sha, layout, loaded });
  return loaded;
}

const loadedTrees = new WeakMap<ConfigTree, { sha: string; layout: Layout | "auto"; loaded: LoadedFleet }>();

async function loadTree(tree: ConfigTree, sha: string, layout: Layout | "auto"): Promise<LoadedFleet> {
  const files = new Set(await tree.listFiles());
  const isHubploy = layout === "hubploy" || (layout === "auto" && isHubployFleet(files));
  return isHubploy ? loadHubploy(tree, sha) : loadCampanile(tree, sha, files);
}

async function loadCampanile(tree: ConfigTree, sha: string, files: ReadonlySet<string>): Promise<LoadedFleet> {
  const findings: Finding[] = await refusedEntries(tree, isOfFleet);
  const read = await readFleetFile(tree, files, findings);
  const fleetFile = read?.content;
  const environments = fleetFile?.environments.map(({ name }) => name) ?? [];
  const sharedValues = new Map<string, ReadFile<object>>();
  for (const path of sharedValuesFiles(environments).filter((each) => files.has(each))) {
    const values = await readFile(tree, path, "values");
    sharedValues.set(path, values);
    findings.push(...values.findings);
  }
  const hubs = await loadHubs({ tree, files, fleetFile, sharedValues });
  findings.push(...hubs.flatMap((each) => each.findings), ...findTwinReleases(hubs));
  // Which files have a reader is known only when the environments are.
  if (fleetFile) findings.push(...findUnreadFiles(files, environments, hubs));
  const byName = new Map(hubs.map((hub) => [hub.name, hub]));
  const calendars = await loadCalendars(tree, files, new Set(byName.keys()));
  findings.push(...calendars.findings);
  return {
    mode: fleetFile?.mode ?? "deploy",
    fleet: read && isWhole(findings) ? fleetOf(sha, read, hubs, calendars) : undefined,
    findings: sortFindings(findings),
    placeOfValue: (hub, environment, path, file) => byName.get(hub)?.placeOfValue(environment, path, file),
  };
}

async function loadHubs(context: FleetContext): Promise<LoadedHub[]> {
  const { tree, files, sharedValues } = context;
  const filesOf = filesByHub(files);
  const shared = [FLEET_FILE, ...sharedValues.keys()].filter((file) => files.has(file));
  const hubs: LoadedHub[] = [];
  for (const name of [...filesOf.keys()].sort())
    hubs.push(await rememberLoaded(tree, `hub ${name}`, [...shared, ...(filesOf.get(name) ?? [])], () => loadHub(context, name)));
  return hubs;
}

async function readFleetFile(
  tree: ConfigTree,
  files: ReadonlySet<string>,
  findings: Finding[],
): Promise<TypedFile<FleetFile> | undefined> {
  if (!files.has(FLEET_FILE)) {
    findings.push(missingFile(FLEET_FILE, "It names the fleet's clusters, environments and charts."));
    return undefined;
  }
  const read = await readFile(tree, FLEET_FILE, "campanile");
  findings.push(...read.findings);
  if (!read.file) return undefined;
  const { content, yaml } = read.file;
  const clusters = Object.keys(content.clusters);
  content.environments.forEach(({ name, cluster }, index) => {
    const twin = content.environments.findIndex((each) => each.name === name);
    if (twin < index) findings.push(twinEnvironment(name, yaml.placeOf(["environments", index, "name"])));
    if (cluster !== undefined && !clusters.includes(cluster))
      findings.push(unknownCluster(cluster, clusters, yaml.placeOf(["environments", index, "cluster"])));
  });
  return read.file;
}

function twinEnvironment(name: string, at: FilePlace): Finding {
  return blame(at, {
    code: "duplicate-environment",
    what: `The environment "${name}" is listed twice.`,
    why: "Its place in the order of promotion would be unclear.",
    fix: "Remove one of the two.",
  });
}

function unknownCluster(cluster: string, known: readonly string[], at: FilePlace): Finding {
  return blame(at, {
    code: "unknown-cluster",
    what: `The cluster "${cluster}" is not one of the fleet's.`,
    why: "Clusters are listed in campanile.yaml.",
    fix: `Write one of: ${known.join(", ")}.`,
  });
}

/** `data8` in `x-prod` and `data8-x` in `prod` would be one Helm release. */
function findTwinReleases(hubs: readonly LoadedHub[]): Finding[] {
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { name, hub, hubFile } of hubs) {
    for (const { environment } of hub?.environments ?? []) {
      const id = `${name}-${environment}`;
      const owner = owners.get(id);
      if (owner !== undefined) findings.push(twinRelease(id, owner, name, { file: hubFile, line: 1 }));
      owners.set(id, name);
    }
  }
  return findings;
}

function twinRelease(id: string, first: string, second: string, at: FilePlace): Finding {
  return blame(at, {
    code: "duplicate-release",
    what: `The hubs ${first} and ${second} both make a release named ${id}.`,
    why: "A release is named after its hub and its environment, and each would overwrite the other.",
    fix: "Rename one of the hubs.",
  });
}

function fleetOf(
  sha: string,
  { content: file, yaml }: TypedFile<FleetFile>,
  hubs: readonly LoadedHub[],
  { calendars }: LoadedCalendars,
): Fleet {
  return {
    sha,
    title: file.title,
    mode: file.mode,
    clusters: Object.entries(file.clusters).map(([name, cluster]) => clusterOf(name, cluster)),
    environments: file.environments.map(environmentOf),
    hubs: hubs.flatMap(({ hub }) => hub ?? []),
    clusterReleases: [],
    waivers: (file.waivers ?? []).map((waiver, index) => waiverOf(waiver, yaml.placeOf(["waivers", index]))),
    ...(file.mirrors && { mirrors: file.mirrors }),
    ...(calendars.length > 0 && { calendars }),
  };
}
