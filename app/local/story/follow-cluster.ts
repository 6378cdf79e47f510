import { KubeConfig, type V1Deployment, type V1Secret, Watch } from "@kubernetes/client-node";
import type { Narrator } from "./narrator.ts";

/** Tells what Helm and Kubernetes do to the releases, as it happens, until the signal ends it. */
export function followCluster(kubeconfig: string, narrator: Narrator, signal: AbortSignal): void {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const told = new Set<string>();
  const tellOnce = (key: string, tell: () => void) => {
    if (told.has(key)) return;
    told.add(key);
    tell();
  };
  followKind<V1Secret>(config, signal, "/api/v1/secrets", { labelSelector: "owner=helm" }, ({ metadata }) => {
    const { name = "", version = "", status = "" } = metadata?.labels ?? {};
    if (status === "superseded") return;
    tellOnce(`${name} ${version} ${status}`, () => narrator.line("Helm", `${name}, revision ${version}: ${status}`));
  });
  followKind<V1Deployment>(config, signal, "/apis/apps/v1/deployments", {}, (deployment) => {
    if (!isUp(deployment)) return;
    const { namespace, name, generation } = deployment.metadata ?? {};
    const text = `${namespace}/${name} is up with its newest pod template`;
    tellOnce(`${namespace}/${name} ${generation}`, () => narrator.line("Kubernetes", text));
  });
}

/** Starts again whenever the API server ends the watch, as it does every few minutes. */
function followKind<T>(
  config: KubeConfig,
  signal: AbortSignal,
  path: string,
  query: Record<string, string>,
  tell: (object: T) => void,
): void {
  if (signal.aborted) return;
  const again = () => followKind(config, signal, path, query, tell);
  new Watch(config)
    .watch(path, query, (phase: string, object: T) => (phase === "DELETED" ? undefined : tell(object)), again)
    .then((request) => signal.addEventListener("abort", () => request.abort()), again);
}

function isUp({ metadata, spec, status }: V1Deployment): boolean {
  const isCurrent = status?.observedGeneration === metadata?.generation && status?.updatedReplicas === spec?.replicas;
  return isCurrent && !status?.unavailableReplicas && (status?.availableReplicas ?? 0) > 0;
}
