import { KubeConfig } from "@kubernetes/client-node";

/**
 * Everything in a kubeconfig that opens a cluster: tokens, passwords and private keys of all its users.
 * @param kubeconfig path; the usual places when undefined
 * @returns none when it cannot be read: that is told when a cluster is asked for
 */
export function kubeconfigSecrets(kubeconfig: string | undefined): string[] {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch {
    return [];
  }
  return config
    .getUsers()
    .flatMap(({ token, password, keyData }) => [token, password, keyData, decoded(keyData)])
    .filter((secret): secret is string => secret !== undefined && secret !== "");
}

const decoded = (base64: string | undefined) =>
  base64 === undefined ? undefined : Buffer.from(base64, "base64").toString("utf8");
