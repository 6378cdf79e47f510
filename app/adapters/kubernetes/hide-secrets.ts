import type { WorkloadSnapshot } from "../../verify/judge-workloads.ts";

/**
 * A container's last words and what Kubernetes says of it may quote a secret. It is hidden before such a message is cut to the length
 * of a sentence, because half a secret is not recognised any more.
 * @returns a copy; only messages are changed, so that it is judged as before
 */
export function hideSecrets(snapshot: WorkloadSnapshot, redact: (text: string) => string): WorkloadSnapshot {
  return JSON.parse(JSON.stringify(snapshot), (key, value) =>
    key === "message" && typeof value === "string" ? redact(value) : value,
  );
}
