import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { runStep } from "../../../tools/run-step.ts";
import { type BuiltLayer, ensureLayer, unpackLayer } from "./build-layer.ts";
import type { FillOnBase } from "./fill-on-base.ts";

/** Where programs are found in such an image. */
export const PYTHON_PATH = "/srv/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * A virtual environment with packages from PyPI, as wheels only.
 * @param requirementsFile every package in an exact version, dependencies too: `name==1.2.3`, one a line
 * @param base has Python
 */
export async function ensurePythonLayer(
  { name, requirementsFile, base }: { name: string; requirementsFile: string; base: BuiltLayer },
  cacheDir: string,
): Promise<BuiltLayer> {
  const requirements = await readFile(requirementsFile, "utf8");
  const steps = [
    ["python3", "-m", "venv", VENV],
    [`${VENV}/bin/pip`, "install", ...PIP_OPTIONS, "--requirement", "/given/requirements.txt"],
    ["chown", "1000:100", VENV],
  ];
  return ensureLayer(
    {
      name,
      inputs: { base: base.digest, steps, requirements: createHash("sha256").update(requirements).digest("hex") },
      fill: (tree) => fillOnBase(name, [base], { tree, steps, given: { "given/requirements.txt": requirementsFile } }),
    },
    cacheDir,
  );
}

/** On top of such an environment, what one call of pip changes in it. */
export async function ensureChangedPythonLayer(
  { name, pip, base }: { name: string; pip: readonly string[]; base: readonly BuiltLayer[] },
  cacheDir: string,
): Promise<BuiltLayer> {
  const steps = [[`${VENV}/bin/pip`, ...pip]];
  return ensureLayer(
    {
      name,
      inputs: { base: base.map(({ digest }) => digest), steps },
      fill: (tree) => fillOnBase(name, base, { tree, steps, given: {} }),
    },
    cacheDir,
  );
}

const VENV = "/srv/venv";
export const PIP_OPTIONS = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--quiet", "--root-user-action=ignore"];

/** In a mount namespace of its own. */
async function fillOnBase(
  name: string,
  base: readonly BuiltLayer[],
  job: Pick<FillOnBase, "tree" | "steps" | "given">,
): Promise<void> {
  const work = await mkdtemp(`${job.tree}-work-`);
  try {
    const folders = base.map((_, index) => path.join(work, `base-${index}`));
    for (const [index, layer] of base.entries()) {
      await mkdir(folders[index] ?? "");
      await unpackLayer(layer, folders[index] ?? "");
    }
    const full: FillOnBase = { ...job, base: folders, work, environment: pipEnvironment() };
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
