import { notFound } from "../http/api-error.ts";
import { type AccountEndpoint, type Call, type Endpoint, noContent, ok, type PlainEndpoint } from "../http/endpoint.ts";
import {
  presentAccount,
  presentOrganization,
  presentOrganizationInFull,
  presentTeam,
  presentTeamInFull,
  presentUserInFull,
} from "../present/account.ts";
import type { Account, Team } from "../state/accounts.ts";
import { findTeam } from "../state/state.ts";
import { findById, findOrganization, findUser } from "./find.ts";

const members = { access: "account", permissions: [{ members: "read" }] } as const;

const publicRoutes: PlainEndpoint[] = [
  { method: "GET", path: "/user", access: "user", handle: (call) => ok(presentUserInFull(call.github, call.sender())) },
  {
    method: "GET",
    path: "/users/{username}",
    access: "anyone",
    handle: (call) => ok(presentUserInFull(call.github, findUser(call.github, call.param("username")))),
  },
  {
    method: "GET",
    path: "/user/{account_id}",
    access: "anyone",
    handle: (call) => ok(presentUserInFull(call.github, findById(call.github.state.accounts, call.param("account_id")))),
  },
  {
    method: "GET",
    path: "/orgs/{org}",
    access: "anyone",
    handle: (call) => ok(presentOrganizationInFull(call.github, organizationOf(call))),
  },
];

const memberRoutes: AccountEndpoint[] = [
  { method: "GET", path: "/orgs/{org}/members", ...members, handle: listMembers },
  {
    method: "GET",
    path: "/orgs/{org}/members/{username}",
    ...members,
    handle: (call) =>
      organizationOf(call).members.has(findUser(call.github, call.param("username")).id) ? noContent() : { status: 404 },
  },
  { method: "GET", path: "/orgs/{org}/memberships/{username}", ...members, handle: getOrganizationMembership },
  { method: "GET", path: "/orgs/{org}/teams", ...members, handle: listTeams },
  ...teamRoutes("/orgs/{org}/teams/{team_slug}", (call) =>
    findTeam(call.github.state, call.param("org"), call.param("team_slug")),
  ),
  // A name may change and an id never does; GitHub keeps these for those who ask by id.
  ...teamRoutes("/teams/{team_id}", (call) => call.github.state.teams.get(Number(call.param("team_id")))),
];

export const peopleRoutes: Endpoint[] = [...publicRoutes, ...memberRoutes];

function teamRoutes(path: string, find: (call: Call) => Team | undefined): AccountEndpoint[] {
  const teamOf = (call: Call): Team => {
    const team = find(call);
    if (!team) throw notFound();
    return team;
  };
  return [
    { method: "GET", path, ...members, handle: (call) => ok(presentTeamInFull(call.github, teamOf(call))) },
    {
      method: "GET",
      path: `${path}/members`,
      ...members,
      handle: (call) => {
        const accounts = [...teamOf(call).members.keys()].flatMap((id) => call.github.state.accounts.get(id) ?? []);
        return ok(call.page(accounts).map((account) => presentAccount(call.github, account)));
      },
    },
    {
      method: "GET",
      path: `${path}/memberships/{username}`,
      ...members,
      handle: (call) => presentTeamMembership(call, teamOf(call), findUser(call.github, call.param("username"))),
    },
  ];
}

function presentTeamMembership(call: Call, team: Team, account: Account) {
  const role = team.members.get(account.id);
  if (role === undefined) throw notFound();
  const url = `${presentTeam(call.github, team).url}/memberships/${account.login}`;
  return ok({ url, role, state: "active" });
}

function listMembers(call: Call) {
  const accounts = [...organizationOf(call).members.keys()].flatMap((id) => call.github.state.accounts.get(id) ?? []);
  return ok(call.page(accounts).map((account) => presentAccount(call.github, account)));
}

function getOrganizationMembership(call: Call) {
  const organization = organizationOf(call);
  const account = findUser(call.github, call.param("username"));
  const role = organization.members.get(account.id);
  if (role === undefined) throw notFound();
  return ok({
    url: `${presentOrganization(call.github, organization.account).url}/memberships/${account.login}`,
    state: "active",
    role,
    organization_url: presentOrganization(call.github, organization.account).url,
    organization: presentOrganization(call.github, organization.account),
    user: presentAccount(call.github, account),
  });
}

function listTeams(call: Call) {
  const { account } = organizationOf(call);
  const teams = [...call.github.state.teams.values()].filter((team) => team.organization === account);
  return ok(call.page(teams).map((team) => presentTeam(call.github, team)));
}

const organizationOf = (call: Call) => findOrganization(call.github, call.param("org"));
