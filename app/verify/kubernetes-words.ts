import type { V1ContainerStateTerminated } from "@kubernetes/client-node";

/** @param at a watch gives text where a list gives a Date, whatever the type says */
export function secondsSince(at: Date | string | undefined, now: Date): number {
  return at === undefined ? 0 : (now.getTime() - new Date(at).getTime()) / 1000;
}

/** Kubernetes' messages go into sentences: one line, no full stop at the end, not too long to read. */
export function oneLine(message: string): string {
  return message.replace(/\s+/g, " ").trim().slice(0, 400).replace(/\.$/, "");
}

/** Completes "It ended with ...". */
export function describeEnding({ reason, exitCode, message }: V1ContainerStateTerminated): string {
  return `${reason ?? "an error"} (exit code ${exitCode})${message === undefined ? "" : `: ${oneLine(message)}`}`;
}
