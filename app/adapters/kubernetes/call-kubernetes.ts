import { ApiException } from "@kubernetes/client-node";
import { ClusterError } from "../../domain/errors.ts";

/**
 * Runs a call to the API server and explains its failure. The server's body is not quoted: it may repeat what was sent.
 * @param doing completes "The cluster did not let Campanile ...": "read the pods of data8-staging"
 */
export async function callKubernetes<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const status = error instanceof ApiException ? error.code : undefined;
    if (status === undefined && !isNetworkError(error)) throw error;
    const isRefusal = status === 401 || status === 403 || status === 404 || status === 422;
    const words = error instanceof Error && status === undefined ? error.message.slice(0, 200) : `status ${status}`;
    throw new ClusterError(
      {
        code: isRefusal ? "cluster-forbidden" : "cluster-unreachable",
        what: `The cluster did not let Campanile ${doing}.`,
        why: `The API server's answer: ${words}.`,
        fix: isRefusal
          ? "Check the kubeconfig and the rights of Campanile's account."
          : "Look at the cluster's API server. The next merge tries again.",
        canRetry: !isRefusal,
      },
      { cause: status === undefined ? error : undefined },
    );
  }
}

/** What the network says has a code such as ECONNREFUSED; an error without one is a bug of ours and stays loud. */
function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return "code" in error || (error.cause instanceof Error && "code" in error.cause) || error.name === "AbortError";
}
