import { KubeConfig, type V1Deployment, type V1Secret, Watch } from "@kubernetes/client-node";
import type { Narrator } from "./narrator.ts";
import { createStopwatch } from "./stopwatch.ts";

export interface ClusterToFollow {
  kubeconfig: string;
  /** How a reader calls the world's programs: see `write-shortcuts.ts`. */
  shortcuts: { kubectl: string; helm: string };
  narrator: Narrator;
}

const HELM_WORDS: Readonly<Record<string, string>> = {
  "pending-install": "is being installed for the first time",
  "pending-upgrade": "is being upgraded",
  "pending-rollback": "is being rolled back",
  deployed: "has applied all objects",
  failed: "has failed",
};

/** Tells what Helm and Kubernetes do to the releases, as it happens, until the signal ends it. */
export function followCluster(cluster: ClusterToFollow, signal: AbortSignal): void {
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  followKind<V1Secret>(config, signal, {
    path: "/api/v1/secrets",
    query: { labelSelector: "owner=helm" },
    tell: tellReleases(cluster),
  });
  followKind<V1Secret>(config, signal, { path: "/apis/apps/v1/deployments", query: {}, tell: tellPods(cluster) });
}

/** Helm keeps each revision of a release in a Secret, and says in its labels how far it is. */
function tellReleases({ shortcuts, narrator }: ClusterToFollow): (secret: V1Secret) => void {
  const stopwatch = createStopwatch();
  const told = new Set<string>();
  return ({ metadata }) => {
    const { name = "", version = "", status = "" } = metadata?.labels ?? {};
    const words = HELM_WORDS[status];
    const revision = `${name}, revision ${version}`;
    if (words === undefined || told.has(`${revision} ${status}`)) return;
    told.add(`${revision} ${status}`);
    if (status.startsWith("pending")) {
      stopwatch.begin(revision);
      narrator.line("Helm", `${revision} ${words}`);
    } else {
      const history = `${shortcuts.helm} -n ${metadata?.namespace} history ${name}`;
      narrator.line("Helm", `${revision} ${words}${stopwatch.tookOf(revision)}`, history);
    }
  };
}

/** One line for all that a release brings up at a time. */
function tellPods({ shortcuts, narrator }: ClusterToFollow): (deployment: V1Deployment) => void {
  const stopwatch = createStopwatch();
  const changing = new Map<string, { waiting: Set<string>; ready: string[] }>();
  return (deployment) => {
    const { namespace = "", name = "" } = deployment.metadata ?? {};
    const now = changing.get(namespace) ?? { waiting: new Set(), ready: [] };
    if (!isUp(deployment)) {
      changing.set(namespace, now);
      now.waiting.add(name);
      return stopwatch.begin(namespace);
    }
    if (!now.waiting.delete(name)) return;
    now.ready.push(name);
    if (now.waiting.size > 0) return;
    changing.delete(namespace);
    const what = `${namespace}: the new pods of ${now.ready.join(" and ")} are ready${stopwatch.tookOf(namespace)}`;
    narrator.line("Kubernetes", what, `${shortcuts.kubectl} -n ${namespace} get pods`);
  };
}

/** Starts again whenever the API server ends the watch, as it does every few minutes. */
function followKind<T>(
  config: KubeConfig,
  signal: AbortSignal,
  kind: { path: string; query: Record<string, string>; tell: (object: T) => void },
): void {
  if (signal.aborted) return;
  const again = () => followKind(config, signal, kind);
  const onEvent = (phase: string, object: T) => (phase === "DELETED" || signal.aborted ? undefined : kind.tell(object));
  new Watch(config)
    .watch(kind.path, kind.query, onEvent, again)
    .then((request) => signal.addEventListener("abort", () => request.abort()), again);
}

function isUp({ metadata, spec, status }: V1Deployment): boolean {
  const isCurrent = status?.observedGeneration === metadata?.generation && status?.updatedReplicas === spec?.replicas;
  return isCurrent && !status?.unavailableReplicas && (status?.availableReplicas ?? 0) > 0;
}
