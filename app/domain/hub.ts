import type { Calendar } from "./calendar.ts";
import type { Chart } from "./chart/chart.ts";
import type { Mirrors } from "./chart/via-mirrors.ts";
import type { Schedule } from "./cron.ts";
import type { FilePlace } from "./finding.ts";
import type { JsonObject } from "./json.ts";
import type { ValuePath } from "./value-at.ts";

/** Everything one `deploy-config` repository describes at one commit. Nothing here remembers which layout it was read from. */
export interface Fleet {
  /** Full SHA of the commit that was read. */
  sha: string;
  /** Shown to people: "Berkeley course hubs". */
  title: string;
  mode: FleetMode;
  clusters: Cluster[];
  /** In promotion order. */
  environments: Environment[];
  /** Sorted by name. */
  hubs: Hub[];
  /** What all hubs of a cluster share, such as its ingress and its monitoring. */
  clusterReleases: ClusterRelease[];
  /** Absent where the layout has no place for them. */
  waivers?: Waiver[];
  /** Where its charts are read instead, in the fleet's own words: no more trusted than the addresses of its pins. */
  mirrors?: Mirrors;
  /** By file. Absent where there are none, or the layout has no place for them. */
  calendars?: Calendar[];
}

/** A fleet that is observed gets checks and comments; nothing of it is ever deployed. */
export type FleetMode = "deploy" | "observe";

export interface Cluster {
  name: string;
  /** Context in the deployer's kubeconfig. */
  context: string;
  /** What charts see as `.Capabilities.KubeVersion`, such as "1.36.3"; absent when the fleet does not say. */
  kubernetesVersion?: string;
  /** Groups of equal nodes; absent when the fleet does not say, and then nobody knows which there are. */
  pools?: NodePool[];
  /** Names of its storage classes; absent when the fleet does not say. */
  storageClasses?: string[];
}

/** Nodes of one kind, as the cloud makes and removes them. */
export interface NodePool {
  name: string;
  /** For students' servers, or for the hubs, proxies and what else serves all. */
  purpose: "core" | "user";
  nodes: { min: number; max: number };
  /** What one node has left for pods. */
  allocatable: { cpu: number; memoryBytes: number };
  /** How many pods one node takes. */
  maxPods: number;
  /** How many disks can be attached to one node; absent when homes are on no disks of their own. */
  attachableDisks?: number;
}

/** A finding that somebody answers for until a day. */
export interface Waiver {
  /** Of the rule. */
  code: string;
  /** Only what is in this hub, environment or file; all of the fleet where nothing is said. */
  scope: { hub?: string; environment?: string; file?: string };
  reason: string;
  owner: string;
  /** The last day on which it holds, as `2026-12-18`. */
  expires: string;
  at: FilePlace;
}

export interface Environment {
  name: string;
  /** The branch whose newest commit runs there; absent when all environments follow the default branch. */
  branch?: string;
  /** When a release of this environment may start once the environment before it is verified. */
  promotion: Promotion;
}

export type Promotion = { kind: "auto" } | { kind: "manual" } | { kind: "after-soak"; soakSeconds: number };

/** One JupyterHub of one course. */
export interface Hub {
  /** `data8`: folder name, first part of every release and namespace. */
  name: string;
  /** Shown to people: "Data 8". */
  title: string;
  /** Mail addresses or GitHub logins of those who answer for it. */
  owners: string[];
  /** How many students an outage meets, as the fleet says; absent when it does not say. */
  students?: number;
  /** What a student does there, as the fleet says it; absent when it says nothing. */
  journey?: HubJourney;
  /** One per environment that the hub has, in promotion order. */
  environments: HubEnvironment[];
}

/** The course's own part of the student's journey. */
export interface HubJourney {
  /** What stands after `import` in this term's notebooks. */
  imports: string[];
  /** The interact link of the syllabus. */
  link?: string;
  /** Paths in the repository of the link. */
  grader?: { autograder: string; blank: string; solution: string };
  /** When it is played without anything being deployed; absent for never. */
  schedule?: Schedule;
  /** Where it is played; absent for all of the hub's. */
  environments?: string[];
  /** Of the user as whom Campanile comes. */
  user: string;
  /** Where the fleet says it. */
  at: FilePlace;
}

/** One hub in one environment: the inputs of its releases. */
export interface HubEnvironment {
  environment: string;
  cluster: string;
  namespace: string;
  /** Where students reach it, such as `https://staging.data8.example`; absent when neither the fleet nor the values say. */
  url?: string;
  pins: Pins;
  /** The pins file, so that findings and comments can point at it. */
  pinsFile: string;
  /** In Helm's order: a later layer wins. */
  valueLayers: ValueLayer[];
  /** Dotted path in the values at which the chart expects the user image, such as `jupyterhub.singleuser.image`. */
  imageValuePath: string;
}

/** A release that every hub on a cluster leans on. It has one instance for all environments. */
export interface ClusterRelease {
  /** Helm's release name, such as `support`. */
  name: string;
  namespace: string;
  cluster: string;
  chart: ChartPin;
  valueLayers: ValueLayer[];
  /** The environment whose merges deploy it: the first. */
  deployedWith: string;
  /** Every environment with a hub on the cluster: a merge to the first changes what runs under all of them. */
  reaches: string[];
}

export interface Pins {
  hub: ChartPin;
  /** What students work in, as the files say it; absent when the chart's own default is used. */
  image?: ImagePin;
}

/** One chart, exactly. */
export interface ChartPin {
  chart: string;
  /** Base address of the chart repository, `oci://...`, or `file://...` for a chart in the fleet's own repository. */
  repository: string;
  version: string;
  /** `sha256:` and 64 hex digits: of the packed chart, or of all that makes up a folder's chart. */
  digest: string;
  /** Present when `repository` begins with `file://`. */
  folder?: ChartFolder;
}

/** A chart that lies unpacked in the fleet's own repository. */
export interface ChartFolder {
  /** From the repository's root, such as `hub`. */
  path: string;
  /** By path below the folder. */
  files: ReadonlyMap<string, Buffer>;
  /** What the files say. Dependencies that are fetched are not inside it. */
  chart: Chart;
  /** The versions that the lock file chose, by the dependency's name. */
  locked: ReadonlyMap<string, string>;
}

/** One container image. The tag is for people, the digest is what runs. */
export interface ImagePin {
  name: string;
  /** Absent when nothing says it. */
  tag?: string;
  /** Absent in a fleet that pins no digests. */
  digest?: string;
}

export type ValueLayer =
  | { kind: "plain"; file: string; values: JsonObject }
  | {
      kind: "encrypted";
      file: string;
      /** `sha256:` of the encrypted file's bytes: stands for its content where no key is at hand. */
      digest: string;
      /** The same keys, every encrypted leaf replaced by a placeholder of the same type. */
      shape: JsonObject;
      /** Where one encrypted text may stand for more than a text, so that nobody can judge what is in it. */
      opaque?: ValuePath[];
      /** Where an encrypted text replaces a map of the layers below. */
      replacesMaps?: ValuePath[];
      /** The shape with other placeholders: by the difference it is seen where a chart takes a secret. */
      otherShape: JsonObject;
      /** The file as it is in git, for `sops` at rollout. */
      ciphertext: string;
    };
