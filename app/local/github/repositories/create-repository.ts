import path from "node:path";
import type { Emulator } from "../emulator.ts";
import { createBareRepository, fetchFrom } from "../git/create-repository.ts";
import type { Account } from "../state/accounts.ts";
import { createExclusive } from "../state/exclusive.ts";
import type { Repository } from "../state/repository.ts";

export interface NewRepository {
  owner: Account;
  name: string;
  description: string | null;
  isPrivate: boolean;
  defaultBranch: string;
  forkOf?: Repository;
}

/** Makes an empty repository. Its folder is named by its id, as names may change. */
export async function createRepository(github: Emulator, wanted: NewRepository): Promise<Repository> {
  const id = github.state.nextId();
  const at = github.now();
  const repository: Repository = {
    id,
    owner: wanted.owner,
    name: wanted.name,
    description: wanted.description,
    isPrivate: wanted.isPrivate,
    defaultBranch: wanted.defaultBranch,
    gitDir: path.join(github.dataDir, "repositories", `${id}.git`),
    forkOf: wanted.forkOf,
    createdAt: at,
    updatedAt: at,
    pushedAt: at,
    collaborators: new Map(),
    deleteBranchOnMerge: false,
    issues: new Map(),
    comments: new Map(),
    labels: new Map(),
    checkSuites: new Map(),
    checkRuns: new Map(),
    statuses: [],
    deployments: new Map(),
    protections: new Map(),
    rulesets: new Map(),
    exclusive: createExclusive(),
  };
  await createBareRepository(repository.gitDir, wanted.defaultBranch);
  github.state.repositories.set(id, repository);
  return repository;
}

/** A fork starts with all branches and tags of its source. */
export async function forkRepository(github: Emulator, source: Repository, owner: Account): Promise<Repository> {
  const { name, description, isPrivate, defaultBranch } = source;
  const fork = await createRepository(github, { owner, name, description, isPrivate, defaultBranch, forkOf: source });
  await fetchFrom(fork.gitDir, source.gitDir, ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]);
  return fork;
}
