import type { Emulator } from "../emulator.ts";
import type { Account, Organization, Team } from "../state/accounts.ts";
import { moment, nodeId } from "./times.ts";

/** GitHub's `simple-user`; organisations and Apps' bots look the same. */
export function presentAccount(github: Emulator, account: Account) {
  const url = `${github.baseUrl}/users/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.kind, account.id),
    avatar_url: `${github.baseUrl}/avatars/u/${account.id}?v=4`,
    gravatar_id: "",
    url,
    html_url:
      account.kind === "Bot"
        ? `${github.baseUrl}/apps/${account.login.replace("[bot]", "")}`
        : `${github.baseUrl}/${account.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.kind,
    user_view_type: "public",
    site_admin: false,
  };
}

/** GitHub's `public-user`: what `GET /users/{username}` tells. */
export function presentUserInFull(github: Emulator, account: Account) {
  return {
    ...presentAccount(github, account),
    name: account.name,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: [...github.state.repositories.values()].filter((one) => one.owner === account && !one.isPrivate).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: moment(account.createdAt),
    updated_at: moment(account.createdAt),
  };
}

/** GitHub's `organization-simple`, also what payloads carry. */
export function presentOrganization(github: Emulator, account: Account) {
  const url = `${github.baseUrl}/orgs/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId("Organization", account.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${github.baseUrl}/avatars/u/${account.id}?v=4`,
    description: null,
  };
}

export function presentOrganizationInFull(github: Emulator, organization: Organization) {
  const { account } = organization;
  return {
    ...presentOrganization(github, account),
    name: account.name ?? account.login,
    is_verified: false,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: [...github.state.repositories.values()].filter((one) => one.owner === account && !one.isPrivate).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${github.baseUrl}/${account.login}`,
    type: "Organization",
    created_at: moment(account.createdAt),
    updated_at: moment(account.createdAt),
    archived_at: null,
  };
}

export function presentTeam(github: Emulator, team: Team) {
  const url = `${github.baseUrl}/organizations/${team.organization.id}/team/${team.id}`;
  return {
    id: team.id,
    node_id: nodeId("Team", team.id),
    name: team.name,
    slug: team.slug,
    description: team.description,
    privacy: "closed",
    notification_setting: "notifications_enabled",
    permission: "pull",
    url,
    html_url: `${github.baseUrl}/orgs/${team.organization.login}/teams/${team.slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: "organization",
    organization_id: team.organization.id,
    parent: null,
  };
}

export function presentTeamInFull(github: Emulator, team: Team) {
  const organization = github.state.organizations.get(team.organization.id);
  return {
    ...presentTeam(github, team),
    members_count: team.members.size,
    repos_count: team.repositoryRoles.size,
    created_at: moment(team.createdAt),
    updated_at: moment(team.createdAt),
    organization: organization && presentOrganizationInFull(github, organization),
  };
}
