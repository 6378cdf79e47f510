import { KubeConfig, type V1Deployment, type V1Secret, Watch } from "@kubernetes/client-node";
import type { Narrator } from "./narrator.ts";

/** Tells what Helm and Kubernetes do to the releases, as it happens, until the signal ends it. */
export async function followCluster(kubeconfig: string, narrator: Narrator, signal: AbortSignal): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const watch = new Watch(config);
  const told = new Set<string>();
  const tellOnce = (key: string, tell: () => void) => {
    if (told.has(key)) return;
    told.add(key);
    tell();
  };
  const open = await Promise.all([
    watch.watch(
      "/api/v1/secrets",
      { labelSelector: "owner=helm" },
      (phase, secret: V1Secret) => {
        if (phase === "DELETED") return;
        const { name = "", version = "", status = "" } = secret.metadata?.labels ?? {};
        if (status === "superseded") return;
        tellOnce(`${name} ${version} ${status}`, () => narrator.line("Helm", `${name}, revision ${version}: ${status}`));
      },
      () => {},
    ),
    watch.watch(
      "/apis/apps/v1/deployments",
      {},
      (_phase, deployment: V1Deployment) => {
        const { metadata, spec, status } = deployment;
        const isUp =
          status?.observedGeneration === metadata?.generation &&
          status?.updatedReplicas === spec?.replicas &&
          !status?.unavailableReplicas;
        if (!isUp || !status?.availableReplicas) return;
        const name = `${metadata?.namespace}/${metadata?.name}`;
        const text = `${name} is up with its newest pod template`;
        tellOnce(`${name} ${metadata?.generation}`, () => narrator.line("Kubernetes", text));
      },
      () => {},
    ),
  ]);
  signal.addEventListener("abort", () => {
    for (const request of open) request.abort();
  });
}
