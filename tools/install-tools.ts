import { homedir } from "node:os";
import path from "node:path";
import { ensureGo } from "./ensure-go.ts";
import { GITHUB_OPENAPI_FILE, githubOpenapiDirectory, installGithubOpenapi } from "./install-github-openapi.ts";
import { type GoTool, goToolDirectory, installGoTool } from "./install-go-tool.ts";
import { isWhole } from "./install-once.ts";
import { runMain, ToolError } from "./tool-error.ts";
import { createProgressPrinter, type OnProgress } from "./tool-progress.ts";

/** Which tool each binary belongs to. Versions are in `tools/<tool>/go.mod`. */
const TOOL_OF = {
  helm: "helm",
  "helm-render": "helm",
  etcd: "etcd",
  "kube-apiserver": "kubernetes",
  "kube-controller-manager": "kubernetes",
  "kube-scheduler": "kubernetes",
  kubectl: "kubernetes",
  kwok: "kwok",
  registry: "registry",
  sops: "sops",
  actionlint: "actionlint",
  "github-openapi": "github-openapi",
  kubelet: "kubelet",
  "kube-proxy": "kubelet",
  containerd: "containerd",
  "containerd-shim-runc-v2": "containerd",
  ctr: "containerd",
  runc: "runc",
  ptp: "cni",
  loopback: "cni",
  "host-local": "cni",
  coredns: "coredns",
} as const;

export type BinaryName = keyof typeof TOOL_OF;
export type ToolName = (typeof TOOL_OF)[BinaryName];
/** Absolute paths; "github-openapi" is a JSON file, the others are programs. */
export type ToolPaths = Readonly<Record<BinaryName, string>>;

/** What the node of real containers needs beside all others; it takes some minutes to build, and runs on Linux only. */
export const REAL_NODE_TOOLS: readonly ToolName[] = ["kubelet", "containerd", "runc", "cni", "coredns"];

export const ALL_TOOLS: readonly ToolName[] = [...new Set(Object.values(TOOL_OF))].filter(
  (tool) => !REAL_NODE_TOOLS.includes(tool),
);

/**
 * Builds or fetches what the cache lacks, one tool after the other: a Go build uses every core by itself.
 * @param names what must be there afterwards
 * @returns where each binary is; only those of the named tools are sure to exist
 * @throws {ToolError} names the tool, what failed, and what to do
 */
export async function ensureTools(
  names: readonly ToolName[],
  onProgress: OnProgress = createProgressPrinter(),
): Promise<ToolPaths> {
  const cacheDir = userCacheDir();
  const missing: ToolName[] = [];
  for (const name of names) if (!(await isInstalled(name, cacheDir))) missing.push(name);
  if (missing.length > FEW) onProgress({ state: "ended", text: announcement(missing.length, cacheDir) });
  for (const [index, name] of missing.entries()) {
    if (name === "github-openapi") await installGithubOpenapi(cacheDir, onProgress);
    else {
      const findGo = (oldest: string) => ensureGo(oldest, cacheDir, onProgress);
      await installGoTool(goTool(name, cacheDir), { findGo, onProgress, position: `${index + 1} of ${missing.length}` });
    }
  }
  return pathsOf(cacheDir);
}

/** Fewer are there before anybody has read about it. */
const FEW = 2;

function announcement(count: number, cacheDir: string): string {
  return (
    `${count} tools are made from their sources, once for all clones of this user: about 10 minutes on 2 cores.\n` +
    `They go to ${cacheDir} (1 GB). Go's own caches grow by about 10 GB; \`go clean -cache -modcache\` empties them afterwards.`
  );
}

/** @see XDG Base Directory Specification: a relative path is to be ignored */
export function userCacheDir(): string {
  const configured = process.env.XDG_CACHE_HOME ?? "";
  return path.join(path.isAbsolute(configured) ? configured : path.join(homedir(), ".cache"), "campanile");
}

function goTool(name: ToolName, cacheDir: string): GoTool {
  return { name, binaries: binariesOf(name), toolsDir: import.meta.dirname, cacheDir };
}

function binariesOf(name: ToolName): string[] {
  return Object.entries(TOOL_OF).flatMap(([binary, tool]) => (tool === name ? [binary] : []));
}

async function isInstalled(name: ToolName, cacheDir: string): Promise<boolean> {
  const files = name === "github-openapi" ? [GITHUB_OPENAPI_FILE] : binariesOf(name);
  return isWhole(await directoryOf(name, cacheDir), files);
}

async function directoryOf(name: ToolName, cacheDir: string): Promise<string> {
  return name === "github-openapi" ? githubOpenapiDirectory(cacheDir) : goToolDirectory(goTool(name, cacheDir));
}

async function pathsOf(cacheDir: string): Promise<ToolPaths> {
  const entries = Object.entries(TOOL_OF).map(async ([binary, tool]) => {
    const file = tool === "github-openapi" ? GITHUB_OPENAPI_FILE : binary;
    return [binary, path.join(await directoryOf(tool, cacheDir), file)];
  });
  return Object.fromEntries(await Promise.all(entries)) as ToolPaths;
}

/** `node tools/install-tools.ts [tool ...]`: prints one line per binary, its name and its path with a tab between. */
async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const names = asked.length === 0 ? ALL_TOOLS : asked.map(parseToolName);
  const paths = await ensureTools(names);
  for (const [binary, file] of Object.entries(paths)) {
    if (names.some((name) => Object.entries(TOOL_OF).some(([other, tool]) => other === binary && tool === name))) {
      process.stdout.write(`${binary}\t${file}\n`);
    }
  }
}

function parseToolName(text: string): ToolName {
  const name = [...ALL_TOOLS, ...REAL_NODE_TOOLS].find((tool) => tool === text);
  if (name !== undefined) return name;
  throw new ToolError({
    what: `There is no tool "${text}".`,
    why: `The tools are ${[...ALL_TOOLS, ...REAL_NODE_TOOLS].join(", ")}.`,
    fix: "Name some of these, or none for all of them.",
  });
}

if (import.meta.main) await runMain(main);
