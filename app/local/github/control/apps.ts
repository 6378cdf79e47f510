import { randomBytes } from "node:crypto";
import type { Emulator } from "../emulator.ts";
import { presentAccount } from "../present/account.ts";
import { presentInstallation } from "../present/app.ts";
import { moment, nodeId } from "../present/times.ts";
import type { App, Installation } from "../state/apps.ts";
import { covers } from "../state/state.ts";
import { type EmitParts, sendWebhook } from "../webhooks/emit.ts";
import type * as inputs from "./inputs.ts";
import { accountOf, addAccount, repositoryOf } from "./people.ts";

type Parsed<S extends { parse: (input: unknown) => unknown }> = ReturnType<S["parse"]>;

export function registerApp(github: Emulator, input: Parsed<typeof inputs.newApp>) {
  if (github.state.apps.has(input.appId)) throw new Error(`there is an App ${input.appId} already`);
  const login = `${input.slug}[bot]`;
  const bot = addAccount(github, { login, kind: "Bot", name: null, email: `${input.appId}+${login}@users.noreply.github.com` });
  const app: App = {
    id: input.appId,
    clientId: `Iv23li${randomBytes(7).toString("hex")}`,
    slug: input.slug,
    name: input.name ?? input.slug,
    owner: accountOf(github, input.owner),
    bot,
    publicKeyPem: input.publicKeyPem,
    permissions: { metadata: "read", ...input.permissions },
    events: input.events,
    webhook: { id: github.state.nextId(), url: input.webhookUrl, secret: input.webhookSecret },
    createdAt: github.now(),
  };
  github.state.apps.set(app.id, app);
  return { appId: app.id, clientId: app.clientId, botLogin: bot.login };
}

export function installApp(github: Emulator, emit: EmitParts, input: Parsed<typeof inputs.newInstallation>) {
  const app = appOf(github, input.appId);
  const account = accountOf(github, input.account);
  const names = input.repositories;
  const installation: Installation = {
    id: github.state.nextId(),
    app,
    account,
    permissions: app.permissions,
    events: app.events,
    repositoryIds: names ? new Set(names.map((name) => repositoryOf(github, account.login, name).id)) : "all",
    createdAt: github.now(),
  };
  github.state.installations.set(installation.id, installation);
  const repositories = [...github.state.repositories.values()].filter((repository) => covers(installation, repository));
  sendWebhook(emit, {
    app,
    event: "installation",
    action: "created",
    installationId: installation.id,
    repositoryId: null,
    payload: {
      action: "created",
      installation: presentInstallation(github, installation),
      repositories: repositories.map((one) => ({
        id: one.id,
        node_id: nodeId("Repository", one.id),
        name: one.name,
        full_name: `${account.login}/${one.name}`,
        private: one.isPrivate,
      })),
      requester: null,
      sender: presentAccount(github, account),
    },
  });
  return { installationId: installation.id };
}

export function setWebhook(github: Emulator, input: Parsed<typeof inputs.webhookChange>): void {
  const { webhook } = appOf(github, input.appId);
  if (input.url !== undefined) webhook.url = input.url;
  if (input.secret !== undefined) webhook.secret = input.secret;
}

export function pingApp(github: Emulator, emit: EmitParts, input: Parsed<typeof inputs.appQuery>): void {
  const app = appOf(github, input.appId);
  const at = moment(app.createdAt);
  sendWebhook(emit, {
    app,
    event: "ping",
    action: null,
    installationId: null,
    repositoryId: null,
    payload: {
      zen: "Approachable is better than simple.",
      hook_id: app.webhook.id,
      hook: {
        type: "App",
        id: app.webhook.id,
        name: "web",
        active: true,
        events: app.events,
        config: { content_type: "json", insecure_ssl: "0", url: app.webhook.url },
        updated_at: at,
        created_at: at,
        app_id: app.id,
        deliveries_url: `${github.baseUrl}/app/hook/deliveries`,
      },
    },
  });
}

function appOf(github: Emulator, id: number): App {
  const app = github.state.apps.get(id);
  if (!app) throw new Error(`there is no App ${id}`);
  return app;
}
