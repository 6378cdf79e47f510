import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { NoAnswer, UnexpectedStatus } from "../domain/hub-errors.ts";
import { MEASURE_MEMORY } from "./cells.ts";
import type { Evidence } from "./journey.ts";
import type { JourneyPlan } from "./plan.ts";
import type { CellEnd, HubAnswer, HubRequest, HubSight, JourneyPorts, Kernel } from "./ports.ts";
import { Met, type Sight } from "./sight.ts";

const EVIDENCE_LIMIT_CHARACTERS = 1_500;
const EVIDENCE_LIMIT = 40;

/** What all steps of one journey share: the way to the hub, with everything that is met on it written down. */
export interface Traveller {
  plan: JourneyPlan;
  ports: JourneyPorts;
  /** Set anew for each step. */
  signal: AbortSignal;
  /** Completes "It took longer than 60 s to ...". */
  doing: string;
  /** Which profile is being tried; none while it is what students get without choosing. */
  profile: string | undefined;
  /** Whoever must not see what this one writes; what they meet is this one's evidence. */
  classmate: Traveller | undefined;
  /** Set while the step is at the classmate's server and not at this one's: it is told by that one's pod. */
  acting: Traveller | undefined;
  /** Whether a server of theirs may be running. */
  hasServer: boolean;
  /** Whether something of the journey may be in their home. */
  hasFiles: boolean;
  note(kind: Evidence["kind"], text: string): void;
  /** @throws {Met} when nothing answers */
  ask(request: Omit<HubRequest, "as"> & { as?: HubRequest["as"] }): Promise<HubAnswer>;
  /** The same, and any status but those that are expected ends the step. @throws {Met} */
  expect(statuses: readonly number[], request: Omit<HubRequest, "as">): Promise<HubAnswer>;
  look(): Promise<HubSight>;
  /** The one kernel that steps share, in the server's root. */
  kernel(): Promise<Kernel>;
  openKernel(options: { name?: string; dir: string }): Promise<Kernel>;
  /** @throws {Met} unless the cell ends well @returns what it printed */
  run(code: string, told: { doing: Extract<Sight, { kind: "cell" }>["doing"]; what: string; kernel?: Kernel }): Promise<string>;
  /** Kernels go with their server. */
  closeKernels(): Promise<void>;
  /** Begins a step. */
  beginStep(signal: AbortSignal): void;
  takeEvidence(): Evidence[];
}

export function createTraveller(plan: JourneyPlan, ports: JourneyPorts): Traveller {
  let evidence: Evidence[] = [];
  let begunAt = Date.now();
  let left = 0;
  let shared: Kernel | undefined;
  const own: Kernel[] = [];

  const traveller: Traveller = {
    plan,
    ports,
    signal: AbortSignal.abort(),
    doing: "begin",
    profile: undefined,
    classmate: undefined,
    acting: undefined,
    hasServer: false,
    hasFiles: false,

    beginStep(signal) {
      traveller.signal = signal;
      traveller.profile = undefined;
      traveller.classmate?.beginStep(signal);
      traveller.acting = undefined;
      begunAt = Date.now();
      evidence = [];
      left = 0;
    },

    takeEvidence() {
      if (left > 0) evidence.push({ kind: "log", atMs: Date.now() - begunAt, text: `${left} more are left out` });
      return evidence;
    },

    note(kind, text) {
      if (evidence.length >= EVIDENCE_LIMIT) left++;
      else evidence.push({ kind, atMs: Date.now() - begunAt, text: cut(ports.redact(text).trim()) });
    },

    async ask({ as = "probe", ...request }) {
      const asked = `${request.method} /${request.path}${as === "probe" ? "" : ` as ${as}`}`;
      try {
        const answer = await ports.hub.ask({ ...request, as }, traveller.signal);
        const says = answer.location === undefined ? textOf(answer) : `to ${answer.location}`;
        traveller.note("request", `${asked} -> ${answer.status} ${says}`);
        return answer;
      } catch (error) {
        throw met(traveller, error, asked);
      }
    },

    async expect(statuses, request) {
      const answer = await traveller.ask(request);
      if (statuses.includes(answer.status)) return answer;
      throw new Met({ kind: "status", doing: traveller.doing, status: answer.status, text: messageOf(answer) });
    },

    look: () => ports.cluster.look(),

    async kernel() {
      shared ??= await traveller.openKernel({ dir: "" });
      return shared;
    },

    async openKernel(options) {
      try {
        const kernel = await ports.hub.openKernel(plan.user, options, traveller.signal);
        traveller.note("request", `a kernel ${options.name ?? ""} in /${options.dir} -> it runs`);
        own.push(kernel);
        return kernel;
      } catch (error) {
        if (error instanceof UnexpectedStatus && !FROM_BEFORE_THE_SERVER.has(error.status))
          throw new Met({ kind: "no-kernel", why: `${error.status} ${error.text}` });
        throw met(traveller, error, "a kernel");
      }
    },

    async run(code, { doing, what, kernel }) {
      const end = await (kernel ?? (await traveller.kernel())).run(code, traveller.signal);
      traveller.note("cell", `${what} -> ${describeEnd(end)}`);
      if (end.kind === "done") return end.printed;
      if (end.kind !== "error") shared = undefined;
      const kills = end.kind === "error" ? 0 : await countKills(traveller);
      if (end.kind === "cut-off" && kills === 0) await waitForEnding(traveller);
      throw new Met({ kind: "cell", doing, what, end, kills });
    },

    async closeKernels() {
      shared = undefined;
      await Promise.all(own.splice(0).map((kernel) => kernel.close()));
    },
  };
  if (plan.classmate !== undefined) traveller.classmate = createClassmate(traveller, plan.classmate);
  return traveller;
}

function createClassmate({ plan: { classmate: _self, ...plan }, ports, note }: Traveller, user: string): Traveller {
  const classmate = createTraveller({ ...plan, user }, { ...ports, cluster: ports.lookAs(user) });
  classmate.note = note;
  return classmate;
}

/** The hub or a proxy in the place of the server; what the server itself says of a kernel is 4xx or 500. */
const FROM_BEFORE_THE_SERVER = new Set([403, 424, 502, 503, 504]);

function met(traveller: Traveller, error: unknown, asked: string): unknown {
  if (error instanceof UnexpectedStatus) {
    traveller.note("request", `${asked} -> ${error.status} ${error.text}`);
    return new Met({ kind: "status", doing: traveller.doing, status: error.status, text: error.text });
  }
  if (!(error instanceof NoAnswer)) return error;
  traveller.note("request", `${asked} -> no answer: ${error.message}`);
  return new Met({ kind: "no-answer", doing: traveller.doing, why: error.message });
}

const measured = z.object({ residentBytes: z.number(), kills: z.number() });

export const parseMeasure = (printed: string) => parsePrinted(measured, "Measuring memory", printed);

/** A cell of ours prints JSON last; whatever the image prints at the start of a kernel comes before. @throws {Met} */
export function parsePrinted<T extends z.ZodType>(schema: T, what: string, printed: string): z.output<T> {
  const parsed = schema.safeParse(parseJson(printed.trim().split("\n").at(-1) ?? ""));
  if (parsed.success) return parsed.data;
  throw new Met({ kind: "printed", what, found: printed, expected: "one line of JSON" });
}

/** A server starts a kernel anew by itself, and the machine remembers what it killed. A server that is gone has no answer. */
async function countKills(traveller: Traveller): Promise<number> {
  try {
    await pause(1_000, undefined, { signal: traveller.signal });
    const kernel = await traveller.openKernel({ dir: "" });
    const end = await kernel.run(MEASURE_MEMORY, traveller.signal);
    return end.kind === "done" ? parseMeasure(end.printed).kills : 0;
  } catch {
    return 0;
  }
}

const ENDING_LIMIT_MS = 5_000;
const LOOK_MS = 500;

/** On control groups of version 2 the machine ends the whole server, and not the kernel alone. That its pod says so takes a moment. */
async function waitForEnding({ look, signal }: Traveller): Promise<void> {
  try {
    for (const giveUpAt = Date.now() + ENDING_LIMIT_MS; Date.now() < giveUpAt; await pause(LOOK_MS, undefined, { signal })) {
      const { server } = await look();
      if (!server || server.lastEnding !== undefined) return;
    }
  } catch {
    // Whoever judges looks once more, and says what is in the way of that.
  }
}

function describeEnd(end: CellEnd): string {
  if (end.kind === "done") return `printed ${end.printed.trim() || "nothing"}`;
  return end.kind === "error"
    ? `${end.name}: ${end.message}\n${end.traceback}`
    : `the kernel ${end.kind}; it had printed ${end.printed.trim() || "nothing"}`;
}

/** Pages are long and say little. */
function textOf({ contentType, text }: HubAnswer): string {
  return contentType.includes("html") ? `a page of ${text.length} characters` : text;
}

/** What a hub or a server says of an error, in JSON or on a page. */
export function messageOf(answer: HubAnswer): string {
  const said = z.object({ message: z.string() }).safeParse(parseJson(answer.text));
  return said.success ? said.data.message : textOf(answer);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function cut(text: string): string {
  return text.length <= EVIDENCE_LIMIT_CHARACTERS ? text : `${text.slice(0, EVIDENCE_LIMIT_CHARACTERS)} ...`;
}
