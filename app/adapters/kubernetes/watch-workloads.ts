import { AppsV1Api, BatchV1Api, CoreV1Api, type CoreV1Event, type KubeConfig, makeInformer } from "@kubernetes/client-node";
import type { Logger } from "pino";
import type { WorkloadSnapshot } from "../../verify/judge-workloads.ts";

/** Rules about patience ("unschedulable for 20 s") need a look even when nothing changes. */
const LOOK_INTERVAL_MS = 1_000;

export interface WatchesWorkloads {
  /**
   * Looks at a namespace at every change until `look` gives an answer, or the signal ends it.
   * @returns the answer; undefined when the signal came first
   */
  watch<T>(
    namespace: string,
    look: (snapshot: WorkloadSnapshot, now: Date) => T | undefined,
    signal: AbortSignal,
  ): Promise<T | undefined>;
}

export function createWorkloadWatcher(config: KubeConfig, log: Logger): WatchesWorkloads {
  return {
    async watch(namespace, look, signal) {
      const caches = informersOf(config, namespace);
      const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof look>>();
      // What is not listed yet is missing from a snapshot, and a release without its Deployments looks ready.
      let isWhole = false;
      const check = () => {
        if (!isWhole) return;
        try {
          const answer = look(snapshotOf(caches), new Date());
          if (answer !== undefined) resolve(answer);
        } catch (error) {
          reject(error);
        }
      };
      const stop = () => resolve(undefined);
      signal.addEventListener("abort", stop);
      const ticker = setInterval(check, LOOK_INTERVAL_MS);
      try {
        if (signal.aborted) return undefined;
        await Promise.all(Object.values(caches).map((informer) => startInformer(informer, check, log)));
        isWhole = true;
        check();
        return await promise;
      } finally {
        clearInterval(ticker);
        signal.removeEventListener("abort", stop);
        await Promise.all(Object.values(caches).map((informer) => informer.stop()));
      }
    },
  };
}

function informersOf(config: KubeConfig, namespace: string) {
  const apps = config.makeApiClient(AppsV1Api);
  const batch = config.makeApiClient(BatchV1Api);
  const core = config.makeApiClient(CoreV1Api);
  const at = encodeURIComponent(namespace);
  return {
    deployments: makeInformer(config, `/apis/apps/v1/namespaces/${at}/deployments`, () =>
      apps.listNamespacedDeployment({ namespace }),
    ),
    statefulSets: makeInformer(config, `/apis/apps/v1/namespaces/${at}/statefulsets`, () =>
      apps.listNamespacedStatefulSet({ namespace }),
    ),
    daemonSets: makeInformer(config, `/apis/apps/v1/namespaces/${at}/daemonsets`, () =>
      apps.listNamespacedDaemonSet({ namespace }),
    ),
    replicaSets: makeInformer(config, `/apis/apps/v1/namespaces/${at}/replicasets`, () =>
      apps.listNamespacedReplicaSet({ namespace }),
    ),
    jobs: makeInformer(config, `/apis/batch/v1/namespaces/${at}/jobs`, () => batch.listNamespacedJob({ namespace })),
    pods: makeInformer(config, `/api/v1/namespaces/${at}/pods`, () => core.listNamespacedPod({ namespace })),
    events: makeInformer<CoreV1Event>(config, `/api/v1/namespaces/${at}/events`, () => core.listNamespacedEvent({ namespace })),
  };
}

function snapshotOf(caches: ReturnType<typeof informersOf>): WorkloadSnapshot {
  return {
    deployments: caches.deployments.list(),
    statefulSets: caches.statefulSets.list(),
    daemonSets: caches.daemonSets.list(),
    replicaSets: caches.replicaSets.list(),
    jobs: caches.jobs.list(),
    pods: caches.pods.list(),
    events: caches.events.list(),
  };
}

/** What starting needs of an informer, whatever it holds. */
interface Startable {
  on(verb: "change" | "delete", onChange: () => void): void;
  on(verb: "error", onError: (error?: unknown) => void): void;
  start(): Promise<void>;
}

async function startInformer(informer: Startable, onChange: () => void, log: Logger): Promise<void> {
  informer.on("change", onChange);
  informer.on("delete", onChange);
  // The informer stops on an error (an expired resource version, a restarted API server): it begins again with a fresh list.
  informer.on("error", (error) => {
    log.debug({ err: error }, "a watch was interrupted");
    informer.start().catch((cause) => log.warn({ err: cause }, "a watch could not be started again"));
  });
  await informer.start();
}
