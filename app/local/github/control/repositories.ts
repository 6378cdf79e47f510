import { lstat, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Emulator } from "../emulator.ts";
import { commitFiles, type FileChange } from "../git/commit-files.ts";
import { findBranchHead, findCommit } from "../git/refs.ts";
import { issuePage } from "../present/issue.ts";
import { repositoryPage } from "../present/repository.ts";
import { gitPersonOf } from "../pulls/git-person.ts";
import { openPullRequest } from "../pulls/open-pull-request.ts";
import { noteRefChanges } from "../refs/note-ref-changes.ts";
import { createRepository, forkRepository } from "../repositories/create-repository.ts";
import type { Account } from "../state/accounts.ts";
import { fullName, type Repository } from "../state/repository.ts";
import { findRepository } from "../state/state.ts";
import type * as inputs from "./inputs.ts";
import { accountOf, repositoryOf } from "./people.ts";

type Parsed<S extends { parse: (input: unknown) => unknown }> = ReturnType<S["parse"]>;

export async function createSeededRepository(github: Emulator, input: Parsed<typeof inputs.newRepository>) {
  const owner = accountOf(github, input.owner);
  if (findRepository(github.state, input.owner, input.name))
    throw new Error(`there is a repository ${input.owner}/${input.name} already`);
  const repository = await createRepository(github, { ...input, owner });
  repository.deleteBranchOnMerge = input.deleteBranchOnMerge;
  const changes = [...(input.directory === undefined ? [] : await readFolder(input.directory)), ...toChanges(input.files ?? {})];
  const headSha =
    changes.length === 0
      ? undefined
      : await commitAs(github, repository, {
          branch: input.defaultBranch,
          parent: undefined,
          message: input.message,
          changes,
          by: author(github, repository, input.as),
        });
  const htmlUrl = repositoryPage(github, repository);
  return { id: repository.id, fullName: fullName(repository), htmlUrl, cloneUrl: `${htmlUrl}.git`, headSha };
}

export async function commitToBranch(github: Emulator, input: Parsed<typeof inputs.newCommit>): Promise<{ sha: string }> {
  const repository = repositoryOf(github, input.owner, input.repo);
  const by = author(github, repository, input.as);
  return { sha: await commitOnBranch(github, repository, { ...input, by }) };
}

export async function openPullRequestFromFiles(github: Emulator, input: Parsed<typeof inputs.newPullRequest>) {
  const repository = repositoryOf(github, input.owner, input.repo);
  const base = input.base ?? repository.defaultBranch;
  const by = author(github, repository, input.as ?? input.fromFork);
  const head = input.fromFork === undefined ? repository : await ensureFork(github, repository, input.fromFork);
  await commitOnBranch(github, head, { branch: input.branch, from: base, message: input.title, files: input.files, by });
  const pull = await openPullRequest(github, {
    title: input.title,
    body: input.body,
    base: { repository, branch: base },
    head: { repository: head, branch: input.branch },
    isDraft: input.isDraft,
    author: by,
    viaApp: undefined,
  });
  return { number: pull.issue.number, headSha: pull.head.sha, htmlUrl: issuePage(github, repository, pull.issue) };
}

interface BranchCommit {
  branch: string;
  from?: string | undefined;
  message: string;
  files: Parsed<typeof inputs.newCommit>["files"];
  by: Account;
}

async function commitOnBranch(github: Emulator, repository: Repository, wanted: BranchCommit): Promise<string> {
  return repository.exclusive(async () => {
    const { gitDir, defaultBranch } = repository;
    const before = await findBranchHead(gitDir, wanted.branch);
    const parent = before ?? (await findCommit(gitDir, wanted.from ?? defaultBranch));
    const { branch, message, by } = wanted;
    const after = await commitAs(github, repository, { branch, parent, message, changes: toChanges(wanted.files), by });
    await noteRefChanges(github, repository, [{ name: `refs/heads/${branch}`, before, after }], by);
    return after;
  });
}

interface CommitAs {
  branch: string;
  parent: string | undefined;
  message: string;
  changes: readonly FileChange[];
  by: Account;
}

async function commitAs(github: Emulator, repository: Repository, { by, ...commit }: CommitAs): Promise<string> {
  const person = gitPersonOf(by, github.now());
  return commitFiles(repository.gitDir, { ...commit, author: person, committer: person });
}

async function ensureFork(github: Emulator, repository: Repository, owner: string): Promise<Repository> {
  return findRepository(github.state, owner, repository.name) ?? forkRepository(github, repository, accountOf(github, owner));
}

function author(github: Emulator, repository: Repository, login: string | undefined): Account {
  const account = accountOf(github, login ?? repository.owner.login);
  if (account.kind === "Organization") throw new Error("an organisation cannot commit: say who does, by `as`");
  return account;
}

function toChanges(files: BranchCommit["files"]): FileChange[] {
  return Object.entries(files).map(([filePath, content]) => {
    if (content === null || content instanceof Uint8Array) return { path: filePath, bytes: content };
    return { path: filePath, bytes: typeof content === "string" ? Buffer.from(content) : Buffer.from(content.base64, "base64") };
  });
}

/** Files of a folder, without what git keeps in it for itself. */
async function readFolder(folder: string): Promise<FileChange[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !path.relative(folder, file).split(path.sep).includes(".git"));
  return Promise.all(
    paths.sort().map(async (file) => ({
      path: path.relative(folder, file).split(path.sep).join("/"),
      bytes: await readFile(file),
      mode: ((await lstat(file)).mode & 0o100) === 0 ? ("100644" as const) : ("100755" as const),
    })),
  );
}
