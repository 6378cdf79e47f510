import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { runMain, ToolError } from "./tool-error.ts";

const ROOT = path.resolve(import.meta.dirname, "..");

/**
 * Bundles each action of `actions/` into its `dist/`, which is committed: GitHub runs an action as it lies in the repository.
 * With `--check` nothing is written, and a `dist/` that differs from what its source gives is an error.
 */
async function buildActions(isCheck: boolean): Promise<void> {
  for (const entry of await readdir(path.join(ROOT, "actions"), { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const folder = path.join("actions", entry.name);
    if (isCheck) await check(folder);
    else await bundle(folder, path.join(ROOT, folder, "dist/main.mjs"));
  }
}

async function check(folder: string): Promise<void> {
  const scratch = await mkdtemp(path.join(tmpdir(), "campanile-action-"));
  try {
    const fresh = path.join(scratch, "main.mjs");
    await bundle(folder, fresh);
    const committed = await readFile(path.join(ROOT, folder, "dist/main.mjs")).catch(() => undefined);
    if (committed?.equals(await readFile(fresh))) return;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  throw new ToolError({
    what: `${folder}/dist is not what its source gives.`,
    why: "GitHub runs what is in dist, so a change of the source alone changes nothing for anybody.",
    fix: "Run npm run build:actions, and commit dist with the source.",
  });
}

/** Whoever gets this package's code has to be told where its source is. */
const LICENCE =
  "// With ical.js, under the Mozilla Public License 2.0: its source is the npm package ical.js, which is unchanged here.";
/** Packages in CommonJS ask for parts of Node by require(), which a module does not have. */
const REQUIRE = 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);';

async function bundle(folder: string, outfile: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [path.join(folder, "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    legalComments: "inline",
    logLevel: "warning",
    banner: { js: `${LICENCE}\n${REQUIRE}` },
  });
}

await runMain(() => buildActions(process.argv.includes("--check")));
