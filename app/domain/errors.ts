import type { FilePlace } from "./finding.ts";

/** What every error for a person says: what happened, why, what to do. */
export interface Explanation {
  /** Stable, kebab-case: people search for it. */
  code: string;
  what: string;
  why: string;
  fix: string;
}

function sentence({ what, why, fix }: Explanation): string {
  return `${what} ${why} ${fix}`;
}

/** The author of a change can fix it. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly explanation: Explanation;
  readonly at: FilePlace | undefined;

  constructor(explanation: Explanation & { at?: FilePlace }, options?: ErrorOptions) {
    super(sentence(explanation), options);
    this.explanation = explanation;
    this.at = explanation.at;
  }
}

/** An operator or time can fix it: a cluster, a registry, GitHub, a chart repository. */
export class ClusterError extends Error {
  override name = "ClusterError";
  readonly explanation: Explanation;
  /** Whether the same call may succeed later without anybody doing anything. */
  readonly canRetry: boolean;

  constructor(explanation: Explanation & { canRetry: boolean }, options?: ErrorOptions) {
    super(sentence(explanation), options);
    this.explanation = explanation;
    this.canRetry = explanation.canRetry;
  }
}

/** The explanation of an error we expected; a bug has none and must stay loud. */
export function explanationOf(error: unknown): Explanation | undefined {
  return error instanceof ConfigError || error instanceof ClusterError ? error.explanation : undefined;
}
