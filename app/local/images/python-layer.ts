import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { runStep } from "../../../tools/run-step.ts";
import { type BuiltLayer, ensureLayer } from "./build-layer.ts";
import type { FillOnBase } from "./fill-on-base.ts";

export interface PythonLayer {
  name: string;
  /** Every package in an exact version, dependencies too: `name==1.2.3`, one a line. */
  requirementsFile: string;
  base: BuiltLayer;
}

/** Where programs are found in such an image. */
export const PYTHON_PATH = "/srv/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A virtual environment with packages from PyPI, as wheels only, on top of a base that has Python. */
export async function ensurePythonLayer({ name, requirementsFile, base }: PythonLayer, cacheDir: string): Promise<BuiltLayer> {
  const requirements = await readFile(requirementsFile, "utf8");
  const steps = [
    ["python3", "-m", "venv", "/srv/venv"],
    ["/srv/venv/bin/pip", "install", ...PIP_OPTIONS, "--requirement", "/given/requirements.txt"],
    ["chown", "1000:100", "/srv/venv"],
  ];
  return ensureLayer(
    {
      name,
      inputs: { base: base.digest, steps, requirements: createHash("sha256").update(requirements).digest("hex") },
      fill: (tree) => fillOnBase(name, { base: base.tree, tree, steps, given: { "given/requirements.txt": requirementsFile } }),
    },
    cacheDir,
  );
}

const PIP_OPTIONS = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--quiet", "--root-user-action=ignore"];

/** In a mount namespace of its own. */
async function fillOnBase(name: string, job: Omit<FillOnBase, "work" | "environment">): Promise<void> {
  const work = await mkdtemp(`${job.tree}-work-`);
  try {
    const full: FillOnBase = { ...job, work, environment: pipEnvironment() };
    const program = path.join(import.meta.dirname, "fill-on-base.ts");
    await runStep({
      name: `image layer ${name}`,
      command: "unshare",
      args: [
        ...["--mount", "--pid", "--fork", "--kill-child=KILL", "--propagation", "private"],
        ...[process.execPath, "--disable-warning=ExperimentalWarning", program, JSON.stringify(full)],
      ],
      directory: path.dirname(job.tree),
      timeLimitMinutes: 30,
      fix: "See that pip can install from this machine, then run the same command again.",
    });
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Which index to ask, and through what, is the machine's business. */
function pipEnvironment(): Record<string, string> {
  const isForPip = (name: string) =>
    /^(PIP_(INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|CERT|DEFAULT_TIMEOUT)|HTTPS?_PROXY|NO_PROXY)$/i.test(name);
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value !== undefined && isForPip(name) ? [[name, value]] : [])),
  );
}
