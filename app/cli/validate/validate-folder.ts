import { readCommitTexts } from "../../adapters/git/commit-texts.ts";
import { openFolderTree } from "../../adapters/git/folder-tree.ts";
import { openGitTree } from "../../adapters/git/git-tree.ts";
import { runGit } from "../../adapters/git/run-git.ts";
import { ConfigError } from "../../domain/errors.ts";
import { hasBlocking } from "../../domain/finding.ts";
import type { Fleet } from "../../domain/hub.ts";
import { suggestName } from "../../domain/suggest-name.ts";
import { judgeChange, type Side } from "../../pipeline/judge-change.ts";
import { noFolderThen, noRepository, noRevision, othersAreBroken } from "./could-not-validate.ts";
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

export interface Validated {
  report: Report;
  /** What the author should know besides the findings. */
  remarks: string[];
  exitCode: 0 | 1;
}

/** Exit codes: 0 nothing blocks, 1 something does. What could not be evaluated is thrown, and ends with 2. */
export async function validateFolder(options: ValidateOptions): Promise<Validated> {
  const { folder } = options;
  const base = options.base === undefined ? undefined : await openRevision(folder, options.base);
  const head = options.head === undefined ? undefined : await openRevision(folder, options.head);
  const commits = base && head ? await readCommitTexts(head.repositoryDir, base.sha, head.sha, head.prefix) : undefined;
  const judged = await judgeChange({ base, head: head ?? (await openWorkingTree(folder)), commits });
  const { fleet } = judged.head;
  if (fleet) refuseUnknown(options, fleet);
  const wanted = judged.findings.filter(({ at }) => isWanted(options, at.file));
  // "No faults" must not be said of a hub that no rule has looked at.
  if (!fleet && !hasBlocking(wanted)) throw othersAreBroken(options, judged.findings.length);
  return {
    report: {
      prefix: await findPrefix(folder),
      findings: wanted,
      hubs: fleet?.hubs.length ?? 0,
      isJudged: fleet !== undefined,
    },
    remarks:
      judged.base && !judged.base.fleet
        ? [`${options.base} has faults of its own, so the rules about change could not compare with it.`]
        : [],
    exitCode: hasBlocking(wanted) ? 1 : 0,
  };
}

/** The commit of files that are in none yet. */
const UNCOMMITTED = "0".repeat(40);

async function openWorkingTree(folder: string): Promise<Side> {
  return { tree: await openFolderTree(folder), sha: UNCOMMITTED };
}

interface Revision extends Side {
  repositoryDir: string;
  prefix: string;
}

/** The same folder as it was at a revision, also where the repository holds more than the fleet. */
async function openRevision(folder: string, revision: string): Promise<Revision> {
  const ask = async (args: string[], explain: () => ConfigError) => (await askGit(folder, args)) ?? fail(explain());
  const repositoryDir = await ask(["rev-parse", "--absolute-git-dir"], () => noRepository(folder, revision));
  const prefix = await findPrefix(folder);
  const commit = ["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`];
  const sha = await ask(commit, () => noRevision(folder, revision));
  if (prefix !== "")
    await ask(["rev-parse", "--verify", "--end-of-options", `${sha}:${prefix}`], () => noFolderThen(folder, revision));
  return { tree: await openGitTree(repositoryDir, prefix === "" ? sha : `${sha}:${prefix}`), sha, repositoryDir, prefix };
}

async function findPrefix(folder: string): Promise<string> {
  return (await askGit(folder, ["rev-parse", "--show-prefix"])) ?? "";
}

/** @returns nothing when git has no answer */
async function askGit(folder: string, args: string[]): Promise<string | undefined> {
  try {
    return (await runGit({ workDir: folder, args })).stdout.toString("utf8").trim();
  } catch {
    return undefined;
  }
}

function fail(error: ConfigError): never {
  throw error;
}

function refuseUnknown({ hub, environment }: ValidateOptions, fleet: Fleet): void {
  refuse(
    "hub",
    hub,
    fleet.hubs.map(({ name }) => name),
  );
  refuse(
    "environment",
    environment,
    fleet.environments.map(({ name }) => name),
  );
}

/** A misspelt name would filter every finding away. */
function refuse(kind: "hub" | "environment", name: string | undefined, known: readonly string[]): void {
  if (name === undefined || known.includes(name)) return;
  const meant = suggestName(name, known);
  throw new ConfigError({
    code: `unknown-${kind}`,
    what: `The fleet has no ${kind} "${name}".`,
    why: `It has ${known.join(", ") || "none"}.`,
    fix: meant === undefined ? "Give one of them." : `Did you mean "${meant}"?`,
  });
}

/** Shared files concern every hub, and common ones every environment. */
function isWanted({ hub, environment }: ValidateOptions, file: string): boolean {
  const [top = "", folder, , name] = file.split("/");
  const isShared = !["hubs", "deployments"].includes(top);
  const isOfHub = hub === undefined || isShared || folder === hub;
  const isOfEnvironment =
    environment === undefined || isShared || name === undefined || ["common.yaml", `${environment}.yaml`].includes(name);
  return isOfHub && isOfEnvironment;
}
