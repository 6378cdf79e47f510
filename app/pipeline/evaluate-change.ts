import pLimit from "p-limit";
import type { ClusterInspector } from "../adapters/kubernetes/inspect-cluster.ts";
import type { Explanation } from "../domain/errors.ts";
import { hasBlocking } from "../domain/finding.ts";
import { type FleetNames, namesOf } from "../domain/fleet-names.ts";
import type { Fleet, Promotion } from "../domain/hub.ts";
import { type PlannedRelease, type RolloutPlan, releaseOf } from "../domain/release.ts";
import type { LoadedFleet } from "../load/load-fleet.ts";
import { planRollout } from "../plan/plan-rollout.ts";
import type { PreviewRelease, PreviewResult } from "../report/preview-result.ts";
import { type ChangeToJudge, type JudgePorts, judgeChange } from "./judge-change.ts";
import { previewRelease, type ReleasePreviewPorts } from "./preview-release.ts";

/** What finding out the meaning of a change needs from outside. */
export interface EvaluationPorts extends ReleasePreviewPorts, JudgePorts {
  helmVersion: string;
  /** Takes every known secret out of a JSON value. */
  redactDeep(value: unknown): unknown;
}

export interface PlannedChange {
  head: LoadedFleet;
  names: FleetNames;
  findings: PreviewResult["findings"];
  couldNot: Explanation[];
  /** Absent where files have faults: then nobody can say what would be deployed. */
  plan: RolloutPlan | undefined;
}

/** Reads and judges both sides, and says which releases the change touches. */
export async function planChange(ports: JudgePorts & { helmVersion: string }, change: ChangeToJudge): Promise<PlannedChange> {
  const { base, head, findings, couldNot } = await judgeChange(change, ports);
  const { fleet } = head;
  const plan = fleet && !hasBlocking(findings) ? planRollout(base?.fleet, fleet, ports.helmVersion, change.branch) : undefined;
  return { head, names: namesOf([base?.fleet, head.fleet]), findings, couldNot, plan };
}

/** Enough for renders, the cluster and comparing to be at work at the same time; more of them only fill the memory. */
const RELEASES_AT_ONCE = 8;

/** From so many releases of one cluster on, its objects are listed for all of them at once. */
const MANY_RELEASES = 8;

function lookTogether(ports: EvaluationPorts, touched: readonly PlannedRelease[]): EvaluationPorts {
  const byCluster = Map.groupBy(touched.map(releaseOf), ({ cluster }) => cluster.context);
  const inspectors = new Map<string, ClusterInspector>();
  return {
    ...ports,
    inspectorFor(release) {
      const { context } = release.cluster;
      const others = byCluster.get(context) ?? [];
      if (others.length < MANY_RELEASES) return ports.inspectorFor(release);
      const inspector =
        inspectors.get(context) ?? ports.inspectorFor(release).lookAtMany(new Set(others.map(({ namespace }) => namespace)));
      inspectors.set(context, inspector);
      return inspector;
    },
  };
}

/** What was found out about a change, whoever asked. */
export type Evaluated = Pick<PreviewResult, "findings" | "couldNot" | "releasesInFleet" | "releases"> & {
  /** In promotion order; absent where files have faults. */
  environments: string[] | undefined;
  names: FleetNames;
  /** How each environment follows the one before it, in words. */
  promotions: string[];
};

/** @param isAsked which of the touched releases to look at; all when left out */
export async function evaluateChange(
  ports: EvaluationPorts,
  change: ChangeToJudge & { isFork: boolean },
  isAsked: (release: PlannedRelease) => boolean = () => true,
): Promise<Evaluated> {
  const { head, names, findings, couldNot, plan } = await planChange(ports, change);
  if (!plan || !head.fleet)
    return {
      findings: withoutSecrets(ports, findings),
      couldNot: null,
      environments: undefined,
      releasesInFleet: 0,
      releases: [],
      names,
      promotions: [],
    };
  const limit = pLimit(RELEASES_AT_ONCE);
  const touched = plan.releases.filter(isAsked);
  const together = lookTogether(ports, touched);
  const releases = await limit.map(touched, (planned) =>
    previewRelease(together, planned, { isFork: change.isFork, placeOfValue: head.placeOfValue }),
  );
  return {
    findings: withoutSecrets(ports, findings),
    // A chart that is not rendered here may still be one that a rule needs.
    couldNot: releases.some((release) => release.couldNot) ? null : withoutSecrets(ports, couldNot[0] ?? null),
    environments: plan.environments,
    releasesInFleet: plan.releasesInFleet,
    // Only now are the secrets of all of them known: one release may tell what is another's.
    releases: releases.map((release) => redactTold(ports, release)),
    names,
    promotions: promotionsOf(head.fleet),
  };
}

/**
 * What a cluster or a chart said is redacted as a whole and before it is kept: reports cut it, and half a secret is not recognised.
 * What decides stays as it is, so that no secret that happens to be the name of an environment makes a release vanish.
 */
export function redactTold(ports: Pick<EvaluationPorts, "redactDeep">, release: PreviewRelease): PreviewRelease {
  const { reasons, diff, effect, drift, impact, couldNot } = release;
  return { ...release, ...withoutSecrets(ports, { reasons, diff, effect, drift, impact, couldNot }) };
}

function withoutSecrets<T>({ redactDeep }: Pick<EvaluationPorts, "redactDeep">, value: T): T {
  return redactDeep(value) as T;
}

/** Of one hub, one environment, or both. */
export function isOf({ hub, environment }: { hub?: string | undefined; environment?: string | undefined }) {
  return (planned: PlannedRelease) => {
    const release = releaseOf(planned);
    return (hub === undefined || release.hub === hub) && (environment === undefined || release.environment === environment);
  };
}

function promotionsOf(fleet: Fleet): string[] {
  return fleet.environments.map(({ promotion }) => describePromotion(promotion));
}

function describePromotion(promotion: Promotion): string {
  if (promotion.kind === "auto") return "follows by itself once that is healthy";
  return promotion.kind === "manual"
    ? "waits for a person"
    : `follows ${promotion.soakSeconds / 60} minutes after that is healthy`;
}
