import { ClusterError, ConfigError } from "../../domain/errors.ts";
import type { HelmEnding } from "./run-helm.ts";

type Failure = Extract<HelmEnding, { ok: false }>;

/** Long enough for a schema's whole list of complaints, short enough to read. */
const QUOTE_LIMIT = 1_500;

/**
 * Turns what Helm printed into whose turn it is: the author's (values, templates) or the operator's (cluster, Helm itself).
 * @param doing completes "Helm could not ...": "render data8-staging"
 */
export function explainHelmFailure(doing: string, failure: Failure, limitSeconds: number): ConfigError | ClusterError {
  const quote = lastWords(failure.stderr);
  if (failure.reason === "not-started")
    return operator(
      "helm-missing",
      `Helm could not ${doing}.`,
      "The helm program was not found.",
      "Install Helm 4 or set CAMPANILE_HELM to its path.",
      false,
    );
  if (failure.reason === "timed-out")
    return operator(
      "helm-timed-out",
      `Helm could not ${doing} within ${limitSeconds} s.`,
      quote || "It gave no reason.",
      "Look at the jobs and pods of the release's hooks.",
      false,
    );
  if (failure.reason === "stopped")
    return operator(
      "helm-stopped",
      `Helm was stopped before it could ${doing}.`,
      "The cluster showed that it could not succeed.",
      "See the reason beside this.",
      false,
    );
  if (failure.reason === "too-much-output")
    return author(
      "helm-output-too-large",
      `Helm could not ${doing}.`,
      "The chart renders more than 64 MiB.",
      "Look for a loop or a huge file in the chart or the values.",
    );
  if (/values don't meet the specifications of the schema/.test(quote)) {
    return author(
      "values-schema",
      `The chart refuses the values, so Helm could not ${doing}.`,
      schemaComplaints(failure.stderr),
      "Correct these keys in the values files; a key at the wrong level is the most common cause.",
    );
  }
  if (/no matches for kind/.test(quote))
    return operator(
      "kind-missing",
      `Helm could not ${doing}.`,
      `The cluster does not know a kind of object that the chart wants: ${quote}`,
      "Install what brings this kind (its CustomResourceDefinition), or turn off in the values what needs it.",
      false,
    );
  if (/another operation .* is in progress/.test(quote))
    return operator(
      "helm-pending",
      `Helm could not ${doing} now.`,
      "Another Helm is at work on this release.",
      "Find out who else deploys it. The next merge tries again.",
      true,
    );
  if (
    /connection refused|no such host|i\/o timeout|TLS handshake|EOF|etcdserver|too many requests|ServiceUnavailable|cluster unreachable/i.test(
      quote,
    )
  ) {
    return operator(
      "cluster-unreachable",
      `Helm could not ${doing}.`,
      `The cluster did not answer: ${quote}`,
      "Look at the cluster's API server. The next merge tries again.",
      true,
    );
  }
  if (
    /execution error|parse error|error calling|nil pointer evaluating|function ".*" not defined|YAML parse error|error converting YAML/.test(
      quote,
    )
  ) {
    return author(
      "template-error",
      `Helm could not ${doing}.`,
      `A template of the chart failed: ${quote}`,
      "Most often a value is missing or of another kind than the chart expects.",
    );
  }
  if (/forbidden/i.test(quote))
    return operator(
      "cluster-forbidden",
      `Helm could not ${doing}.`,
      quote,
      "Give Campanile's account this right in the cluster.",
      false,
    );
  return operator(
    "helm-failed",
    `Helm could not ${doing}.`,
    quote || "It gave no reason.",
    "Read Helm's words above; correct the values or the cluster, then merge again.",
    false,
  );
}

function author(code: string, what: string, why: string, fix: string): ConfigError {
  return new ConfigError({ code, what, why, fix });
}

function operator(code: string, what: string, why: string, fix: string, canRetry: boolean): ClusterError {
  return new ClusterError({ code, what, why, fix, canRetry });
}

/** Helm prints structured log lines and one line beginning with `Error:`; that line is what people need. */
function lastWords(stderr: string): string {
  const from = stderr.lastIndexOf("Error: ");
  const text = from === -1 ? stderr.trim().split("\n").slice(-5).join("\n") : stderr.slice(from + "Error: ".length);
  return text.replace(/\s+/g, " ").trim().slice(0, QUOTE_LIMIT);
}

/** Helm lists complaints by chart; the keys of a subchart are below its name in the values. */
function schemaComplaints(stderr: string): string {
  let chart = "";
  const complaints: string[] = [];
  for (const line of stderr.split("\n")) {
    const [, name] = /^([\w.-]+):$/.exec(line.trim()) ?? [];
    if (name !== undefined) chart = name;
    const [, pointer = "", complaint] = /^- at '\/?([^']*)': (.+)$/.exec(line.trim()) ?? [];
    if (complaint === undefined) continue;
    const key = pointer === "" ? "the top level" : pointer.replaceAll("/", ".");
    complaints.push(`${key} of the chart ${chart}: ${complaint}`);
  }
  return complaints.length === 0 ? lastWords(stderr) : `${complaints.join("; ").slice(0, QUOTE_LIMIT)}.`;
}
