import { setInterval as every } from "node:timers/promises";
import type { Logger } from "pino";
import type { Explanation } from "../../domain/errors.ts";
import type { HelmRevision } from "../../rollout/observation.ts";
import type { judgeHooks, judgeWorkloads } from "../../verify/judge-workloads.ts";
import { callKubernetes } from "./call-kubernetes.ts";
import { createHelmRevisions } from "./helm-revisions.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { loadKubeConfig } from "./load-kube-config.ts";
import { createWorkloadWatcher } from "./watch-workloads.ts";

/** Big images on a cold node; definite failures are told within seconds, so this only bounds what nobody can judge. */
const HEALTHY_WITHIN_SECONDS = 600;
const REVISION_LOOK_INTERVAL_MS = 500;

export interface Cluster {
  fetchRevisions(namespace: string, releaseName: string): Promise<HelmRevision[]>;
  waitForRevision(namespace: string, releaseName: string, revision: number, limitSeconds: number): Promise<void>;
  /** @returns undefined when every workload of the release is up, else why not */
  verify(namespace: string, releaseName: string): Promise<Explanation | undefined>;
  /** Watches the hooks that Helm is running. @returns why they cannot succeed; undefined when `signal` ends the watch */
  watchHooks(namespace: string, signal: AbortSignal): Promise<Explanation | undefined>;
}

export interface ClusterOptions {
  /** Path; the usual places when undefined. */
  kubeconfig: string | undefined;
  context: string;
  log: Logger;
  redact: (text: string) => string;
  /** What the stage `verify` makes of what is seen here. */
  judges: { judgeWorkloads: typeof judgeWorkloads; judgeHooks: typeof judgeHooks };
}

/** @throws {ClusterError} `kubeconfig` when it cannot be read or lacks the context */
export function connectCluster({ kubeconfig, context, log, redact, judges }: ClusterOptions): Cluster {
  const config = loadKubeConfig(kubeconfig, context);
  const revisions = createHelmRevisions(config);
  const workloads = createWorkloadWatcher(config, log.child({ name: "kubernetes" }));
  const fetchRevisions = (namespace: string, releaseName: string) =>
    callKubernetes(`read Helm's records of ${releaseName}`, () => revisions.fetchRevisions(namespace, releaseName));

  return {
    fetchRevisions,

    async waitForRevision(namespace, releaseName, revision, limitSeconds) {
      const signal = AbortSignal.timeout(limitSeconds * 1000);
      for await (const _ of every(REVISION_LOOK_INTERVAL_MS)) {
        const seen = (await fetchRevisions(namespace, releaseName)).find((each) => each.revision === revision);
        if (!seen?.status.startsWith("pending-") || signal.aborted) return;
      }
    },

    async verify(namespace, releaseName) {
      let waitingFor: string[] = [];
      const look = (...[snapshot, now]: Parameters<Parameters<typeof workloads.watch>[1]>) => {
        const verdict = judges.judgeWorkloads(snapshot, releaseName, now);
        if (verdict.kind === "waiting") waitingFor = verdict.on;
        if (verdict.kind === "failed") return judges.judgeWorkloads(hideSecrets(snapshot, redact), releaseName, now);
        return verdict.kind === "waiting" ? undefined : verdict;
      };
      const verdict = await callKubernetes(`watch the workloads of ${releaseName}`, () =>
        workloads.watch(namespace, look, AbortSignal.timeout(HEALTHY_WITHIN_SECONDS * 1000)),
      );
      if (!verdict) return notInTime(releaseName, waitingFor);
      return verdict.kind === "failed" ? verdict.explanation : undefined;
    },

    async watchHooks(namespace, signal) {
      const since = new Date(Date.now() - CLOCK_SKEW_MS);
      const verdict = await callKubernetes(`watch Helm's hooks in ${namespace}`, () =>
        workloads.watch(
          namespace,
          (snapshot, now) => {
            const isFailed = judges.judgeHooks(snapshot, since, now).kind === "failed";
            const hooks = isFailed ? judges.judgeHooks(hideSecrets(snapshot, redact), since, now) : undefined;
            return hooks?.kind === "failed" ? hooks : undefined;
          },
          signal,
        ),
      );
      return verdict?.explanation;
    },
  };
}

/** Kubernetes writes creation times in whole seconds, by its own clock. */
const CLOCK_SKEW_MS = 2_000;

function notInTime(releaseName: string, waitingFor: readonly string[]): Explanation {
  return {
    code: "not-ready-in-time",
    what: `${releaseName} was not ready after ${HEALTHY_WITHIN_SECONDS / 60} minutes.`,
    why: `Still missing: ${waitingFor.slice(0, 3).join("; ")}.`,
    fix: `Look at the pods with "kubectl get pods", and at the events with "kubectl get events", in the release's namespace.`,
  };
}
