import { KubeConfig } from "@kubernetes/client-node";
import { ClusterError } from "../../domain/errors.ts";

/**
 * @param kubeconfig path; the usual places when undefined
 * @throws {ClusterError} `kubeconfig` when it cannot be read or lacks the context
 */
export function loadKubeConfig(kubeconfig: string | undefined, context: string): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw noContext(context, error instanceof Error ? error.message : "it cannot be read");
  }
  if (!config.getContextObject(context))
    throw noContext(
      context,
      `it has the contexts ${
        config
          .getContexts()
          .map((each) => each.name)
          .join(", ") || "(none)"
      }`,
    );
  config.setCurrentContext(context);
  return config;
}

function noContext(context: string, why: string): ClusterError {
  return new ClusterError({
    code: "kubeconfig",
    what: `Campanile's kubeconfig cannot be used for the context ${context}.`,
    why: `${why}.`,
    fix: "Set KUBECONFIG to a file that has the contexts which campanile.yaml names.",
    canRetry: false,
  });
}
