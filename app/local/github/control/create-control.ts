import type { Emulator } from "../emulator.ts";
import type { DeliveryFaults } from "../faults/delivery-faults.ts";
import type { RequestFaults } from "../faults/request-faults.ts";
import { authenticate } from "../http/authenticate.ts";
import type { RateLimits } from "../http/rate-limit.ts";
import type { EmitParts } from "../webhooks/emit.ts";
import { installApp, pingApp, registerApp, setWebhook } from "./apps.ts";
import type { GitHubControl } from "./github-control.ts";
import * as inputs from "./inputs.ts";
import { createOrganization, createTeam, createUser, setCollaborator } from "./people.ts";
import { commitToBranch, createSeededRepository, openPullRequestFromFiles } from "./repositories.ts";

export interface ControlParts {
  github: Emulator;
  limits: RateLimits;
  requestFaults: RequestFaults;
  deliveryFaults: DeliveryFaults;
  emit: EmitParts;
}

export function createControl(parts: ControlParts): GitHubControl {
  const { github, requestFaults, deliveryFaults } = parts;
  return {
    createUser: async (input) => createUser(github, inputs.newUser.parse(input)),
    createOrganization: async (input) => createOrganization(github, inputs.newOrganization.parse(input)),
    createTeam: async (input) => createTeam(github, inputs.newTeam.parse(input)),
    setCollaborator: async (input) => setCollaborator(github, inputs.newCollaborator.parse(input)),
    createRepository: (input) => createSeededRepository(github, inputs.newRepository.parse(input)),
    registerApp: async (input) => registerApp(github, inputs.newApp.parse(input)),
    installApp: async (input) => installApp(github, parts.emit, inputs.newInstallation.parse(input)),
    setWebhook: async (input) => setWebhook(github, inputs.webhookChange.parse(input)),
    pingApp: async (input) => pingApp(github, parts.emit, inputs.appQuery.parse(input)),
    commit: (input) => commitToBranch(github, inputs.newCommit.parse(input)),
    openPullRequest: (input) => openPullRequestFromFiles(github, inputs.newPullRequest.parse(input)),
    addRequestFault: async (input) => requestFaults.add(inputs.requestFault.parse(input)),
    addDeliveryFault: async (input) => deliveryFaults.add(inputs.deliveryFault.parse(input)),
    releaseDeliveries: async () => deliveryFaults.release(),
    async clearFaults() {
      requestFaults.clear();
      deliveryFaults.clear();
      deliveryFaults.release();
    },
    async setRateLimit(input) {
      const { token, remaining, resetInSeconds } = inputs.rateLimitChange.parse(input);
      const window = parts.limits.windowOf(await authenticate(github, `token ${token}`));
      window.used = window.limit - remaining;
      if (resetInSeconds !== undefined) window.resetSeconds = Math.ceil(github.now().getTime() / 1000 + resetInSeconds);
    },
    journal: (input) => readJournal(github, inputs.journalQuery.parse(input)),
    violations: async () => (await parts.emit.checker?.violations()) ?? [],
  };
}

async function readJournal(github: Emulator, query: ReturnType<typeof inputs.journalQuery.parse>) {
  const deadlineMs = performance.now() + query.waitSeconds * 1000;
  for (let seen = query.after; ; ) {
    const entries = github.journal
      .entries()
      .slice(query.after)
      .filter((entry) => (query.kind ?? entry.kind) === entry.kind && (query.name ?? entry.name) === entry.name);
    seen = github.journal.entries().length;
    const leftMs = deadlineMs - performance.now();
    if (entries.length > 0 || leftMs <= 0) return { entries, last: seen };
    await github.journal.waitBeyond(seen, leftMs);
  }
}
