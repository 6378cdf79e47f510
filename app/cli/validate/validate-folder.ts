import { openFolderTree } from "../../adapters/git/folder-tree.ts";
import { openGitTree } from "../../adapters/git/git-tree.ts";
import { runGit } from "../../adapters/git/run-git.ts";
import { ConfigError } from "../../domain/errors.ts";
import { hasBlocking, sortFindings } from "../../domain/finding.ts";
import { type LoadedFleet, loadFleet } from "../../load/load-fleet.ts";
import { fleetView } from "../../validate/fleet-view.ts";
import { validate } from "../../validate/validate.ts";
import type { Report } from "./format-findings.ts";

export interface ValidateOptions {
  folder: string;
  /** Anything git can resolve; the working tree when left out. */
  head?: string | undefined;
  /** Rules about change compare with this. */
  base?: string | undefined;
  hub?: string | undefined;
  environment?: string | undefined;
}

/** Exit codes: 0 nothing blocks, 1 something does. What could not be evaluated is thrown, and ends with 2. */
export async function validateFolder(options: ValidateOptions): Promise<{ report: Report; exitCode: 0 | 1 }> {
  const head =
    options.head === undefined ? await loadWorkingTree(options.folder) : await loadRevision(options.folder, options.head);
  const base = options.base === undefined ? undefined : await loadRevision(options.folder, options.base);
  const findings = [
    ...head.findings,
    ...(head.fleet ? validate({ head: fleetView(head.fleet, head.placeOfValue), base: viewOf(base) }) : []),
  ];
  const wanted = sortFindings(findings).filter(({ at }) => isWanted(options, at.file));
  return {
    report: { folder: options.folder, findings: wanted, hubs: head.fleet?.hubs.length ?? 0 },
    exitCode: hasBlocking(wanted) ? 1 : 0,
  };
}

const viewOf = (loaded: LoadedFleet | undefined) => (loaded?.fleet ? fleetView(loaded.fleet, loaded.placeOfValue) : undefined);

/** The commit of files that are in none yet. */
const UNCOMMITTED = "0".repeat(40);

async function loadWorkingTree(folder: string): Promise<LoadedFleet> {
  return loadFleet(await openFolderTree(folder), UNCOMMITTED);
}

/** The same folder as it was at a revision, also where the repository holds more than the fleet. */
async function loadRevision(folder: string, revision: string): Promise<LoadedFleet> {
  const ask = (args: string[]) => askGit(folder, args, revision);
  const repositoryDir = await ask(["rev-parse", "--absolute-git-dir"]);
  const prefix = await ask(["rev-parse", "--show-prefix"]);
  const sha = await ask(["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`]);
  return loadFleet(await openGitTree(repositoryDir, prefix === "" ? sha : `${sha}:${prefix}`), sha);
}

async function askGit(folder: string, args: string[], revision: string): Promise<string> {
  try {
    return (await runGit({ workDir: folder, args })).stdout.toString("utf8").trim();
  } catch (error) {
    throw new ConfigError(
      {
        code: "no-revision",
        what: `${revision} cannot be read in ${folder}.`,
        why: "It is no commit that git knows there, or the folder is in no git repository.",
        fix: "Give a branch, a tag or a commit of the repository that the folder belongs to.",
      },
      { cause: error },
    );
  }
}

/** Shared files concern every hub, and common ones every environment. */
function isWanted({ hub, environment }: ValidateOptions, file: string): boolean {
  const [top, folder, , name] = file.split("/");
  const isOfHub = hub === undefined || top !== "hubs" || folder === hub;
  const isOfEnvironment =
    environment === undefined || top !== "hubs" || name === undefined || ["common.yaml", `${environment}.yaml`].includes(name);
  return isOfHub && isOfEnvironment;
}
