import type { Emulator } from "../emulator.ts";
import { presentCheckSuite } from "../present/check.ts";
import type { Account } from "../state/accounts.ts";
import { type App, grants } from "../state/apps.ts";
import type { CheckSuite } from "../state/checks.ts";
import type { Repository } from "../state/repository.ts";
import { installationsOn } from "../state/state.ts";

export interface PushedHead {
  branch: string;
  before: string | undefined;
  headSha: string;
  by: Account;
}

/** Every push gives each App that may write checks a suite for the new head, and tells it so. */
export async function requestCheckSuites(github: Emulator, repository: Repository, head: PushedHead): Promise<void> {
  for (const { app, permissions } of installationsOn(github.state, repository)) {
    if (!grants(permissions, "checks", "write")) continue;
    if (findSuite(repository, app, head.headSha)) continue;
    const suite = addSuite(github, repository, {
      app,
      headSha: head.headSha,
      headBranch: head.branch,
      before: head.before ?? null,
    });
    await emitCheckSuite(github, repository, { suite, action: "requested", sender: head.by });
  }
}

export function ensureSuite(github: Emulator, repository: Repository, of: { app: App; headSha: string }): CheckSuite {
  return findSuite(repository, of.app, of.headSha) ?? addSuite(github, repository, { ...of, headBranch: null, before: null });
}

export async function emitCheckSuite(
  github: Emulator,
  repository: Repository,
  what: { suite: CheckSuite; action: "requested" | "rerequested" | "completed"; sender: Account },
): Promise<void> {
  github.emit({
    event: "check_suite",
    action: what.action,
    repository,
    sender: what.sender,
    onlyApp: what.suite.app,
    fields: { check_suite: await presentCheckSuite(github, repository, what.suite) },
  });
}

function findSuite(repository: Repository, app: App, headSha: string): CheckSuite | undefined {
  return [...repository.checkSuites.values()].find((suite) => suite.app === app && suite.headSha === headSha);
}

function addSuite(
  github: Emulator,
  repository: Repository,
  of: Pick<CheckSuite, "app" | "headSha" | "headBranch" | "before">,
): CheckSuite {
  const at = github.now();
  const suite: CheckSuite = { id: github.state.nextId(), ...of, runs: [], createdAt: at, updatedAt: at };
  repository.checkSuites.set(suite.id, suite);
  return suite;
}
