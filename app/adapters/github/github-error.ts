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
  if (!(error instanceof Error)) return error;
  const status = "status" in error && typeof error.status === "number" ? error.status : undefined;
  const isRefusal = status !== undefined && status >= 400 && status < 500 && status !== 429 && status !== 408;
  return new ClusterError(
    {
      code: isRefusal ? "github-refused" : "github-unavailable",
      what: `GitHub did not let Campanile ${doing}.`,
      why:
        status === undefined
          ? `There was no answer (${error.message.slice(0, 200)}).`
          : `It answered ${status}: ${error.message.slice(0, 300)}.`,
      fix: isRefusal
        ? "Check in the repository's settings that the App is installed and has the permissions that the README lists."
        : "Nothing needs to be done if GitHub recovers: Campanile looks for missed work every few minutes.",
      canRetry: !isRefusal,
    },
    { cause: error },
  );
}
