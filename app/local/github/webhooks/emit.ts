import type { Emulator, GitHubEvent } from "../emulator.ts";
import { presentAccount } from "../present/account.ts";
import { presentPlace } from "../present/repository.ts";
import { nodeId } from "../present/times.ts";
import type { SchemaChecker } from "../schema/start-schema-checker.ts";
import type { Installation } from "../state/apps.ts";
import { fullName } from "../state/repository.ts";
import { installationsOn } from "../state/state.ts";
import type { Webhooks } from "./send-webhooks.ts";

export interface EmitParts {
  webhooks: Webhooks;
  /** undefined when nothing is checked. */
  checker: SchemaChecker | undefined;
}

/** Writes a change into the journal and tells it to every App that is installed there and wants to know. */
export function emitEvent(github: Emulator, parts: EmitParts, happened: GitHubEvent): void {
  const { event, action, repository, fields } = happened;
  github.journal.write({
    kind: "event",
    name: action === undefined ? event : `${event}.${action}`,
    repository: repository && fullName(repository),
    details: fields,
  });
  if (happened.isDelivered === false || !repository) return;
  for (const installation of installationsOn(github.state, repository)) {
    if (!isWanted(happened, installation)) continue;
    sendWebhook(parts, {
      app: installation.app,
      event,
      action: action ?? null,
      installationId: installation.id,
      repositoryId: repository.id,
      payload: {
        ...(action === undefined ? {} : { action }),
        ...fields,
        ...presentPlace(github, repository),
        sender: presentAccount(github, happened.sender),
        installation: { id: installation.id, node_id: nodeId("IntegrationInstallation", installation.id) },
      },
    });
  }
}

export function sendWebhook({ webhooks, checker }: EmitParts, webhook: Parameters<Webhooks["send"]>[0]): void {
  const { event, action, payload } = webhook;
  checker?.check({ kind: "webhook", event, action, json: JSON.stringify(payload) });
  webhooks.send(webhook);
}

/** What Apps that write checks are told without having subscribed to it. */
const UNASKED = new Set(["check_suite.requested", "check_suite.rerequested", "check_run.rerequested"]);

function isWanted(happened: GitHubEvent, { app, events }: Installation): boolean {
  if (happened.onlyApp && happened.onlyApp !== app) return false;
  return events.includes(happened.event) || UNASKED.has(`${happened.event}.${happened.action}`);
}
