import type { Explanation } from "../domain/errors.ts";

/** What a journey is handed: the way to the hub, a look into its cluster, and git. */
export interface JourneyPorts {
  hub: ReachesHub;
  cluster: LooksAtHub;
  /** The same hub, with another user's server in the place of the probe's. */
  lookAs(user: string): LooksAtHub;
  git: AsksGit;
  /** Hides every secret that is known, before anything is cut or kept. */
  redact(text: string): string;
  /** Who plays this journey, for the marker on the probe's server. */
  player: JourneyMarker;
  /** Whether whoever set that marker may still be playing. */
  isPlaying(marker: JourneyMarker): boolean;
}

/** Left on the probe's server, so that the next journey knows whether it is still in use. */
export interface JourneyMarker {
  journey: string;
  host: string;
  pid: number;
  /** Moment, as ISO text. */
  startedAt: string;
}

export interface HubRequest {
  method: "GET" | "POST" | "DELETE";
  /** Below the hub's base address, without a slash before it: `hub/api/info`. */
  path: string;
  /** The service's token, none at all as a stranger comes, or one that nobody has. */
  as: "probe" | "nobody" | "stranger";
  body?: object;
}

export interface HubAnswer {
  status: number;
  /** Where it sends the caller, as it says it. */
  location: string | undefined;
  contentType: string;
  text: string;
}

export interface ReachesHub {
  /** Follows no redirect. @throws {NoAnswer} */
  ask(request: HubRequest, signal: AbortSignal): Promise<HubAnswer>;
  /** Server-sent events whose data is JSON, until the server ends them. @throws {NoAnswer | UnexpectedStatus} */
  follow(path: string, signal: AbortSignal): AsyncIterable<unknown>;
  /** @param dir in which it runs, from the server's root; the root when empty @throws {NoAnswer | UnexpectedStatus} */
  openKernel(user: string, options: { name?: string; dir: string }, signal: AbortSignal): Promise<Kernel>;
}

export interface Kernel {
  /** @throws when the signal ends it */
  run(code: string, signal: AbortSignal): Promise<CellEnd>;
  /** Ends it; never throws. */
  close(): Promise<void>;
}

export type CellEnd =
  | { kind: "done"; printed: string }
  | { kind: "error"; printed: string; name: string; message: string; traceback: string }
  /** Its process ended. */
  | { kind: "died"; printed: string }
  /** The connection ended, and nobody knows what became of the cell. */
  | { kind: "cut-off"; printed: string };

/** A folder of a volume that outlives the server, as one server has it. */
export interface MountSight {
  mountPath: string;
  /** `claim homes`: servers that have the same volume have the same here. */
  volume: string;
  /** Within the volume, without slashes at its ends; empty for all of it. */
  folder: string;
}

/** One pod, as far as it tells why a step ended as it did. */
export interface PodSight {
  name: string;
  phase: string;
  isReady: boolean;
  restarts: number;
  /** Since its program began to run; absent when it does not. */
  runsForSeconds?: number;
  /** As the pod asks for it. */
  image: string;
  /** As it truly runs: `name@sha256:...`; empty before it does. */
  imageId: string;
  /** What Kubernetes gives one container at most; absent when there is no limit. */
  memoryLimitBytes?: number;
  mounts: MountSight[];
  /** How a container last ended: `OOMKilled (exit code 137)`. */
  lastEnding?: string;
  /** Why it will not come up by itself. */
  verdict?: Explanation;
  /** `FailedScheduling: 0/3 nodes are available ...`, oldest first. */
  events: string[];
}

export interface HubSight {
  hub: PodSight | undefined;
  proxy: PodSight | undefined;
  /** The pod of the probe's own server. */
  server: PodSight | undefined;
}

export interface LooksAtHub {
  /** Whether the cluster keeps a token for service `campanile` of this hub. */
  hasToken(): Promise<boolean>;
  look(): Promise<HubSight>;
  /** How many servers of other users have the same folder of the same volume. Nothing else of them is looked at, or told. */
  countSharers(home: MountSight): Promise<number>;
  /** The last lines of what a pod wrote: of the run that ended when it crashes, of the last minutes when it is ready. Empty when there are none. */
  fetchLog(pod: PodSight): Promise<string>;
}

export interface AsksGit {
  /** @param branch the one that others get when they name none, if left out */
  fetchHead(repository: string, branch: string | undefined): Promise<BranchHead>;
}

export type BranchHead =
  | { kind: "head"; sha: string }
  | { kind: "no-branch"; branches: string[] }
  | { kind: "no-answer"; why: string };
