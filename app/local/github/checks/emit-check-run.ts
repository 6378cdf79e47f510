import type { Emulator } from "../emulator.ts";
import { presentCheckRunForPayload } from "../present/check.ts";
import type { Account } from "../state/accounts.ts";
import type { CheckRun } from "../state/checks.ts";
import type { Repository } from "../state/repository.ts";

/** GitHub tells of a check run that is created or completed to all; of one that is asked for again to its own App. */
export async function emitCheckRun(
  github: Emulator,
  repository: Repository,
  what: { run: CheckRun; action: "created" | "updated" | "completed" | "rerequested"; sender: Account },
): Promise<void> {
  const { run, action, sender } = what;
  github.emit({
    event: "check_run",
    action,
    repository,
    sender,
    fields: { check_run: await presentCheckRunForPayload(github, repository, run) },
    ...(action === "rerequested" ? { onlyApp: run.suite.app } : {}),
    isDelivered: action !== "updated",
  });
}
