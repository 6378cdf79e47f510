import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Go } from "./ensure-go.ts";
import { goPlatform } from "./go-platform.ts";
import { installOnce } from "./install-once.ts";
import { type GoModule, parseGoModule } from "./parse-go-module.ts";
import { runStep } from "./run-step.ts";
import { type OnProgress, withProgress } from "./tool-progress.ts";

const BUILD_LIMIT_MINUTES = 60;

export interface GoTool {
  /** The tool's Go module is `<toolsDir>/<name>`, its binaries come to `<cacheDir>/tools/<name>-<version>-<os>-<arch>`. */
  name: string;
  binaries: readonly string[];
  toolsDir: string;
  cacheDir: string;
}

export interface BuildOptions {
  /** Asked only when something must be built, with the oldest Go that will do. */
  findGo: (oldest: string) => Promise<Go>;
  onProgress: OnProgress;
  /** "2 of 4": where this build stands among others. */
  position?: string;
}

/**
 * Builds a tool from its Go module unless the cache holds that version.
 * @throws {ToolError} when Go is missing or the build fails
 */
export async function installGoTool(tool: GoTool, options: BuildOptions): Promise<void> {
  const module = await readModule(tool);
  const doing = `building ${tool.name}${options.position === undefined ? "" : ` (${options.position})`}`;
  await installOnce({
    directory: await goToolDirectory(tool),
    files: tool.binaries,
    install: async (into) => {
      const go = await options.findGo(module.goVersion);
      await withProgress(doing, options.onProgress, () => build(tool, module, go, into));
    },
    onWaiting: () =>
      options.onProgress({ state: "ended", text: `${tool.name} is being built by another process; waiting for it` }),
  });
}

/** @returns the absolute path of the folder that holds, or will hold, the tool's binaries */
export async function goToolDirectory(tool: GoTool): Promise<string> {
  const { os, arch } = goPlatform();
  const own = await ownSources(tool);
  return path.join(tool.cacheDir, "tools", `${tool.name}-${(await readModule(tool)).version}${own}-${os}-${arch}`);
}

/** A command of our own is another one with each change of its text, which no version tells. */
async function ownSources({ toolsDir, name }: GoTool): Promise<string> {
  const folder = path.join(toolsDir, name);
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".go")).sort();
  if (files.length === 0) return "";
  const digest = createHash("sha256");
  for (const file of files) digest.update(`${file}\0`).update(await readFile(path.join(folder, file)));
  return `-${digest.digest("hex").slice(0, 8)}`;
}

async function readModule(tool: GoTool): Promise<GoModule> {
  return parseGoModule(await readFile(path.join(tool.toolsDir, tool.name, "go.mod"), "utf8"));
}

async function build(tool: GoTool, module: GoModule, go: Go, into: string): Promise<void> {
  const { os, arch } = goPlatform();
  const [only, ...others] = tool.binaries;
  // A single command gets the name that we say, because its own may be "server". Several keep theirs, and compile side by side.
  const output = only !== undefined && others.length === 0 ? path.join(into, only) : `${into}/`;
  const flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", linkerFlags(tool.name, module.version)];
  const c = WITH_C[tool.name];
  if (c) flags.push("-tags", c.tags);
  await runStep({
    name: `${tool.name} ${module.version}: go build`,
    command: go.binary,
    args: ["build", ...flags, "-o", output, ...module.packages],
    directory: path.join(tool.toolsDir, tool.name),
    // The same result everywhere: no C compiler but where there is no way without, no other toolchain, workspace or flags of the user.
    environment: {
      GOTOOLCHAIN: "local",
      GOWORK: "off",
      GOFLAGS: "",
      CGO_ENABLED: c ? "1" : "0",
      GOOS: os,
      GOARCH: arch,
      ...go.environment,
    },
    timeLimitMinutes: BUILD_LIMIT_MINUTES,
    fix: "Mend what these lines name (often the network, a proxy in GOPROXY, or a full disk), then run the same command again: what was built already is kept.",
  });
}

/** runc enters namespaces before Go's runtime starts, which only C can; and charts ask for the default seccomp profile. */
const WITH_C: Readonly<Record<string, { tags: string }>> = { runc: { tags: "seccomp" } };

/** Without its version the API server calls itself v0.0.0-master, and charts with a `kubeVersion` refuse it. */
function linkerFlags(name: string, version: string): string {
  if (name === "containerd") return `-s -w -X github.com/containerd/containerd/v2/version.Version=v${version}`;
  if (name === "runc") return `-s -w -X main.version=${version}`;
  if (name !== "kubernetes" && name !== "kubelet") return "-s -w";
  const [major, minor] = version.split(".");
  const facts = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor };
  return ["-s -w", ...Object.entries(facts).map(([fact, value]) => `-X k8s.io/component-base/version.${fact}=${value}`)].join(
    " ",
  );
}
