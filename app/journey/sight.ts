import type { DoorVerdict } from "./login-door.ts";
import type { CellEnd, MountSight, PodSight } from "./ports.ts";

/** What a step met instead of what it wanted, before anybody judges it. */
export type Sight =
  | { kind: "no-answer"; doing: string; why: string }
  | { kind: "status"; doing: string; status: number; text: string }
  | { kind: "not-the-hub"; found: string }
  | { kind: "version"; found: string; expected: string }
  | { kind: "class"; what: "authenticator" | "spawner"; found: string; expected: string }
  | { kind: "login"; verdict: Extract<DoorVerdict, { kind: "wrong" }> }
  | { kind: "probe-missing"; missing: "token" | "refused" | "scopes" | "user"; detail: string }
  | { kind: "in-use"; host: string; startedAt: string }
  | ({ kind: "pod-stuck" } & CrashedPod)
  | { kind: "spawn-failed"; says: string; seconds: number; lastEvent?: string; crashed?: CrashedPod }
  | { kind: "image"; found: string; expected: string }
  | { kind: "no-kernel"; why: string }
  | {
      kind: "cell";
      doing: "write" | "import" | "notebook" | "grade" | "other";
      what: string;
      end: Exclude<CellEnd, { kind: "done" }>;
      kills: number;
    }
  | { kind: "printed"; what: string; found: string; expected: string }
  | { kind: "pull"; message: string; repository: string; branch?: string; branches?: string[]; isReachedByUs: boolean }
  | { kind: "no-puller" }
  | { kind: "commit"; found: string; expected: string; changes: string[] }
  | { kind: "no-file"; file: string; opens: string; status: number }
  | { kind: "no-interface"; opens: string; status: number }
  | { kind: "widgets"; says: string }
  | { kind: "file-lost"; file: string }
  | { kind: "seen-by-others"; who: string; file: string }
  | { kind: "home-shared"; home: MountSight; sharers: number }
  | { kind: "grades"; what: string; found: string; expected: string }
  | { kind: "over-budget"; seconds: number; doing: string }
  | { kind: "ended" };

/** Ends a step with what it met. Only `playStep` catches it. */
export class Met extends Error {
  override name = "Met";
  readonly sight: Sight;

  constructor(sight: Sight) {
    super(sight.kind);
    this.sight = sight;
  }
}

/** A pod as it was seen when it had ended: a moment later it may be trying once more and look well, or the hub has deleted it. */
export interface CrashedPod {
  pod: PodSight;
  /** The end of its log, already without secrets. */
  log: string;
}
