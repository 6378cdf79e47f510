import { ToolError } from "../../../tools/tool-error.ts";
import { findWhatIsMissing, installWhatIsMissing } from "./what-is-missing.ts";

/** What pods run on: containers of this machine, kwok's rules that only report, or a node of each kind. */
export const NODE_KINDS = ["simulated", "real", "both"] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

export interface NodeChoice {
  kind: NodeKind;
  /** Why it is not the one that was asked for, one reason each. */
  missing: string[];
}

/** @throws {ToolError} when there is no such node */
export function parseNodeKind(text: string): NodeKind {
  const kind = NODE_KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  throw new ToolError({
    what: `There is no node "${text}".`,
    why: `A world has one of these: ${NODE_KINDS.join(", ")}.`,
    fix: "Write --node real, --node simulated or --node both.",
  });
}

/**
 * Takes the simulated node where this machine cannot run the real one, also once apt has installed what it has.
 * @throws {ToolError} where it must be able to: as root on Linux with CI=true
 */
export async function chooseNode(asked: NodeKind, environment: NodeJS.ProcessEnv = process.env): Promise<NodeChoice> {
  if (asked !== "simulated") await installWhatIsMissing();
  const missing = asked === "simulated" ? [] : await findWhatIsMissing();
  if (missing.length === 0) return { kind: asked, missing };
  if (mustRunRealNode(environment)) {
    throw new ToolError({
      what: "The real node cannot be started.",
      why: `${missing.join("; ")}.`,
      fix: "Install what is named here on the machine that CI runs on.",
    });
  }
  return { kind: "simulated", missing };
}

/** In CI a test that was left out is a hole that nobody sees. */
export function mustRunRealNode(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment.CI === "true" && process.platform === "linux" && process.getuid?.() === 0;
}
