import { ClusterError } from "../../domain/errors.ts";

/**
 * Runs a call to GitHub and explains its failure. Octokit has already tried again where that is polite, so what arrives here lasts.
 * @param doing completes "GitHub did not let Campanile ...": "create a check run"
 */
export async function callGitHub<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw explain(doing, error);
  }
}

function explain(doing: string, error: unknown): unknown {
  // Octokit gives every failed request a status, 500 also where there was no answer. Anything else is a bug of ours.
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return error;
  const { status } = error;
  const isRefusal = status >= 400 && status < 500 && !isPassing(status, error.message);
  return new ClusterError(
    {
      code: isRefusal ? "github-refused" : "github-unavailable",
      what: `GitHub did not let Campanile ${doing}.`,
      why: `${"response" in error && error.response !== undefined ? `It answered ${status}` : "There was no answer"}: ${error.message.slice(0, 300)}.`,
      fix: isRefusal
        ? "Check in the repository's settings that the App is installed and has the permissions that the README lists."
        : "Once GitHub answers again, push again, or redeliver the webhook in the App's settings.",
      canRetry: !isRefusal,
    },
    { cause: error },
  );
}

/** A rate limit is told by 403 or 429, and passes. */
function isPassing(status: number, message: string): boolean {
  return status === 408 || status === 429 || (status === 403 && /rate limit/i.test(message));
}
