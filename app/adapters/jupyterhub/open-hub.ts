import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { JourneyPlan } from "../../journey/plan.ts";
import type { JourneyMarker, JourneyPorts } from "../../journey/ports.ts";
import { createBranchHeads } from "../git/branch-head.ts";
import { createHubClient } from "./hub-client.ts";
import { type LookOptions, lookAtHub } from "./look-at-hub.ts";

/** As long as all budgets together, with room: after that nobody plays any more, whatever became of them. */
const MARKER_GOOD_MS = 20 * 60_000;

export interface HubPlace extends Pick<LookOptions, "kubeconfig" | "context" | "namespace"> {
  /** Where the hub is reached from here, when not at its own address: an origin. */
  address: string | undefined;
  /**
   * Stays the same when this process is started anew, elsewhere or under another number: whatever played by this name before is gone.
   * Left out for a person's own machine, where several may play.
   */
  replica?: string;
  /** What stands in, from here, for the beginning of addresses of repositories. */
  instead?: Readonly<Record<string, string>>;
}

/** One hub, its cluster and git, for one journey through it. */
export function openHub(
  { user, publicUrl }: Pick<JourneyPlan, "user" | "publicUrl">,
  { address, replica, instead = {}, ...place }: HubPlace,
  { judgePod, addSecret, redact }: Pick<LookOptions, "judgePod" | "addSecret" | "redact">,
): JourneyPorts {
  const lookAs = (whose: string) => lookAtHub({ ...place, user: whose, judgePod, addSecret, redact });
  const cluster = lookAs(user);
  return {
    hub: createHubClient({ publicUrl, address, fetchToken: cluster.fetchToken }),
    cluster,
    lookAs,
    git: createBranchHeads(instead),
    redact,
    player: { journey: randomUUID(), host: nameOf(replica), pid: process.pid, startedAt: new Date().toISOString() },
    isPlaying: (marker) => (replica === undefined || marker.host !== nameOf(replica)) && isPlaying(marker),
  };
}

const nameOf = (replica: string | undefined) => (replica === undefined ? hostname() : `replica ${replica}`);

/** On this machine a process that is gone plays no more; of others only the time can be told. */
function isPlaying({ host, pid, startedAt }: JourneyMarker): boolean {
  if (Date.now() - Date.parse(startedAt) > MARKER_GOOD_MS) return false;
  if (host !== hostname()) return true;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
