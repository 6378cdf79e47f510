import type { JsonObject } from "./json.ts";

/** Everything one `deploy-config` repository describes at one commit. Nothing here remembers which layout it was read from. */
export interface Fleet {
  /** Full SHA of the commit that was read. */
  sha: string;
  /** Shown to people: "Berkeley course hubs". */
  title: string;
  clusters: Cluster[];
  /** In promotion order. */
  environments: Environment[];
  /** Sorted by name. */
  hubs: Hub[];
}

export interface Cluster {
  name: string;
  /** Context in the deployer's kubeconfig. */
  context: string;
  /** What charts see as `.Capabilities.KubeVersion`, such as "1.36.3". */
  kubernetesVersion: string;
}

export interface Environment {
  name: string;
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
  /** One per environment that the hub has, in promotion order. */
  environments: HubEnvironment[];
}

/** One hub in one environment: the inputs of its releases. */
export interface HubEnvironment {
  environment: string;
  cluster: string;
  namespace: string;
  /** Where students reach it, such as `https://staging.data8.example`. */
  url: string;
  pins: Pins;
  /** The pins file, so that findings and comments can point at it. */
  pinsFile: string;
  /** In Helm's order: a later layer wins. The pinned image is not in it. */
  valueLayers: ValueLayer[];
  /** Dotted path in the values at which the chart expects the user image, such as `jupyterhub.singleuser.image`. */
  imageValuePath: string;
}

export interface Pins {
  hub: ChartPin;
  image: ImagePin;
}

/** One packed chart, exactly. */
export interface ChartPin {
  chart: string;
  /** Base address of the chart repository, or `oci://...`. */
  repository: string;
  version: string;
  /** `sha256:` and 64 hex digits of the packed chart. */
  digest: string;
}

/** One container image, exactly. The tag is for people, the digest is what runs. */
export interface ImagePin {
  name: string;
  tag: string;
  digest: string;
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
      /** The file as it is in git, for `sops` at rollout. */
      ciphertext: string;
    };
