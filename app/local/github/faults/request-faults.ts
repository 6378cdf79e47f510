/** How a request can be failed. `work-then-502` does what was asked and then answers as if it had not. */
export const REQUEST_FAULTS = ["500", "502", "secondary-limit", "primary-limit", "429", "work-then-502", "hang-up"] as const;
export type RequestFaultKind = (typeof REQUEST_FAULTS)[number];

export interface RequestFault {
  kind: RequestFaultKind;
  /** Any method when left out. */
  method?: string | undefined;
  /** The path without its query; `*` stands for anything: `/repos/*` + `/check-runs`. */
  path: string;
  /** How many requests it fails. */
  times: number;
  /** What `retry-after` says; for a primary limit when the window ends. */
  retryAfterSeconds: number;
}

export interface RequestFaults {
  add: (fault: RequestFault) => void;
  clear: () => void;
  /** @returns the fault that this request meets, used up by one */
  take: (method: string, path: string) => RequestFault | undefined;
}

export function createRequestFaults(): RequestFaults {
  const faults: RequestFault[] = [];
  return {
    add: (fault) => faults.push({ ...fault }),
    clear: () => faults.splice(0),
    take(method, path) {
      const index = faults.findIndex((fault) => (fault.method ?? method) === method && matches(fault.path, path));
      const fault = faults[index];
      if (!fault) return undefined;
      fault.times -= 1;
      if (fault.times <= 0) faults.splice(index, 1);
      return fault;
    },
  };
}

function matches(pattern: string, path: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(path);
}

export interface FaultAnswer {
  status: number;
  message: string;
  headers: Record<string, string>;
}

const SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

/** What GitHub answers in such a case. A hang-up has no answer. */
export function faultAnswer(fault: RequestFault, now: Date): FaultAnswer {
  const retryAfter = { "retry-after": String(fault.retryAfterSeconds) };
  if (fault.kind === "secondary-limit") return { status: 403, message: SECONDARY, headers: retryAfter };
  if (fault.kind === "429") return { status: 429, message: SECONDARY, headers: retryAfter };
  if (fault.kind === "primary-limit") {
    const resetSeconds = Math.ceil(now.getTime() / 1000) + fault.retryAfterSeconds;
    return {
      status: 403,
      message: "API rate limit exceeded. Check the reset time before you try again.",
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(resetSeconds) },
    };
  }
  return { status: fault.kind === "500" ? 500 : 502, message: "Server Error", headers: {} };
}
