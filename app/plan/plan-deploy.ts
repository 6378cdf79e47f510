import type { Explanation } from "../domain/errors.ts";
import type { Environment, Fleet } from "../domain/hub.ts";
import type { Release } from "../domain/release.ts";
import { releasesOf } from "./releases-of.ts";

/** What runs of a release, as far as this decision needs to know. */
export interface LiveRelease {
  /** Bundle and commit of the newest revision if it is deployed; undefined when there is none, or it is not whole. */
  bundleDigest: string | undefined;
  sha: string | undefined;
  /** Somebody has run Helm on it since Campanile did. */
  isByHand: boolean;
  /** An earlier commit's rollout is at it, so what runs now says nothing of what will run in a moment. */
  isMoving: boolean;
  /** How the bundle that git asks for failed on this release, if it was tried. */
  quarantined: Explanation | undefined;
  /** The last journey through it worked; also where none is ever played. */
  isProved: boolean;
}

/** One release to move. */
export interface DeployTarget {
  release: Release;
  environment: Environment;
}

export interface HubPlan {
  hub: string;
  /** In promotion order. */
  targets: DeployTarget[];
}

/**
 * Which releases a commit of the default branch has to move: those that run another bundle than git asks for, or may do so soon.
 * One whose bundle failed before is among them: it is not tried again, but told, and later environments of its hub may not overtake it.
 * So is one that runs what git asks for and on which no journey has worked yet: it is judged again before a later environment follows.
 */
export function planDeploy(fleet: Fleet, helmVersion: string, live: ReadonlyMap<string, LiveRelease>): HubPlan[] {
  const releases = releasesOf(fleet, helmVersion);
  return fleet.hubs
    .map((hub) => ({
      hub: hub.name,
      targets: targetsOf(
        releases.filter((release) => release.hub === hub.name),
        fleet.environments,
        live,
      ),
    }))
    .filter((plan) => plan.targets.length > 0);
}

function targetsOf(
  releases: readonly Release[],
  environments: readonly Environment[],
  live: ReadonlyMap<string, LiveRelease>,
): DeployTarget[] {
  const moves = releases.map((release) => {
    const state = live.get(release.id);
    return state?.bundleDigest !== release.bundleDigest || state.isMoving || state.quarantined !== undefined;
  });
  return releases.flatMap((release, at) => {
    const environment = environments.find((each) => each.name === release.environment);
    const isJudgedAgain = live.get(release.id)?.isProved === false && moves.slice(at + 1).includes(true);
    return environment && (moves[at] || isJudgedAgain) ? [{ release, environment }] : [];
  });
}
