import type { Emulator } from "../emulator.ts";
import type { App, Installation } from "../state/apps.ts";
import { presentAccount } from "./account.ts";
import { moment, nodeId } from "./times.ts";

/** GitHub's `integration`. */
export function presentApp(github: Emulator, app: App) {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: nodeId("Integration", app.id),
    owner: presentAccount(github, app.owner),
    name: app.name,
    description: null,
    external_url: `${github.baseUrl}/apps/${app.slug}`,
    html_url: `${github.baseUrl}/apps/${app.slug}`,
    created_at: moment(app.createdAt),
    updated_at: moment(app.createdAt),
    permissions: app.permissions,
    events: app.events,
  };
}

export const presentAppOrNull = (github: Emulator, app: App | undefined) => (app ? presentApp(github, app) : null);

export function presentInstallation(github: Emulator, installation: Installation) {
  const { app, account } = installation;
  return {
    id: installation.id,
    client_id: app.clientId,
    account: presentAccount(github, account),
    repository_selection: installation.repositoryIds === "all" ? "all" : "selected",
    access_tokens_url: `${github.baseUrl}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${github.baseUrl}/installation/repositories`,
    html_url:
      account.kind === "Organization"
        ? `${github.baseUrl}/organizations/${account.login}/settings/installations/${installation.id}`
        : `${github.baseUrl}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.kind,
    permissions: installation.permissions,
    events: installation.events,
    created_at: moment(installation.createdAt),
    updated_at: moment(installation.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  };
}
