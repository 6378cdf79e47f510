import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { refused } from "./answers.ts";
import { useGitHub } from "./github-fixture.ts";

const world = useGitHub();

async function tokenFor(narrowed: { permissions?: Record<string, "read" | "write">; repositories?: string[] }) {
  const app = world.as(await world.jwt());
  return (await app.rest.apps.createInstallationAccessToken({ installation_id: world.installationId, ...narrowed })).data;
}

test("an App shows who it is by a JWT that its own key has signed and that is short and fresh", async () => {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const whoAmI = async (claims: Parameters<typeof world.jwt>[0]) =>
    world.as(await world.jwt(claims)).rest.apps.getAuthenticated();
  expect((await whoAmI({})).data).toMatchObject({ id: world.appId, slug: "harbour", installations_count: 1 });
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await refused(whoAmI({ key: privateKey }), 401, /could not be decoded/);
  await refused(whoAmI({ exp: nowSeconds - 1 }), 401, /'Expiration time' claim/);
  await refused(whoAmI({ exp: nowSeconds + 3_600 }), 401, /too far in the future/);
  await refused(whoAmI({ iat: nowSeconds + 300 }), 401, /'Issued at' claim/);
  await refused(whoAmI({ iss: "999" }), 404, /Integration not found/);
  await refused(world.as(world.tokens.ada).rest.apps.getAuthenticated(), 401, /could not be decoded/);
});

test("an App finds where it is installed", async () => {
  const { owner, repo } = await world.createRepository();
  const { apps } = world.as(await world.jwt()).rest;
  expect((await apps.getRepoInstallation({ owner, repo })).data.id).toBe(world.installationId);
  expect((await apps.getOrgInstallation({ org: "college" })).data.id).toBe(world.installationId);
  expect((await apps.listInstallations()).data.map((one) => one.id)).toEqual([world.installationId]);
  expect((await apps.getInstallation({ installation_id: world.installationId })).data).toMatchObject({
    account: { login: "college" },
    target_type: "Organization",
    repository_selection: "all",
  });
  await refused(apps.getUserInstallation({ username: "eve" }), 404, /Not Found/);
  await refused(apps.getRepoInstallation({ owner: "eve", repo }), 404, /Not Found/);
});

test("an installation may do what it was permitted, and is told what it would need", async () => {
  const { owner, repo, headSha } = await world.createRepository();
  const { token, permissions } = await tokenFor({ permissions: { contents: "read", checks: "write" } });
  expect(permissions).toEqual({ metadata: "read", contents: "read", checks: "write" });
  const { rest } = world.as(token);
  expect((await rest.repos.getCommit({ owner, repo, ref: "main" })).headers["x-accepted-github-permissions"]).toBe(
    "contents=read",
  );
  await rest.checks.create({ owner, repo, name: "config", head_sha: headSha });
  const noComments = await refused(
    rest.issues.createComment({ owner, repo, issue_number: 1, body: "Hello" }),
    403,
    /Resource not accessible by integration/,
  );
  expect(noComments?.headers["x-accepted-github-permissions"]).toBe("issues=write; pull_requests=write");
  await refused(rest.repos.createDeployment({ owner, repo, ref: "main" }), 403, /not accessible by integration/);
  await refused(rest.git.createRef({ owner, repo, ref: "refs/heads/x", sha: headSha }), 403, /not accessible by integration/);
  await refused(rest.users.getAuthenticated(), 403, /not accessible by integration/);
  await refused(tokenFor({ permissions: { administration: "write" } }), 422, /not granted to this installation/);
});

test("a token can be narrowed to some repositories", async () => {
  const { owner, repo } = await world.createRepository();
  const other = await world.createRepository();
  await world.github.control.createRepository({ owner, name: "exams", isPrivate: true, files: { a: "1\n" }, as: "ada" });
  const { token, repository_selection } = await tokenFor({ repositories: [repo] });
  expect(repository_selection).toBe("selected");
  const { rest } = world.as(token);
  const { data } = await rest.apps.listReposAccessibleToInstallation();
  expect(data.repositories.map((one) => one.name)).toEqual([repo]);
  await rest.issues.create({ owner, repo, title: "Mine" });
  await refused(rest.issues.create({ owner, repo: other.repo, title: "Not mine" }), 403, /not accessible by integration/);
  await refused(rest.repos.get({ owner, repo: "exams" }), 404, /Not Found/);
  expect((await world.app.rest.repos.get({ owner, repo: "exams" })).data.private).toBe(true);
  await refused(tokenFor({ repositories: ["nowhere"] }), 422, /does not exist or is not accessible/);
});

test("a private repository is there only for those who may read it", async () => {
  const at = { owner: "college", repo: "grades" };
  await world.github.control.createRepository({
    owner: at.owner,
    name: at.repo,
    isPrivate: true,
    files: { a: "1\n" },
    as: "ada",
  });
  await refused(world.as(world.tokens.eve).rest.repos.get(at), 404, /Not Found/);
  expect((await fetch(`${world.github.url}/repos/college/grades`)).status).toBe(404);
  await world.github.control.setCollaborator({ ...at, login: "eve", role: "pull" });
  const eve = world.as(world.tokens.eve);
  expect((await eve.rest.repos.get(at)).data.permissions).toMatchObject({ pull: true, push: false });
  const file = { ...at, path: "b", message: "Add b", content: "Yg==" };
  await refused(eve.rest.repos.createOrUpdateFileContents(file), 403, /push access/);
  await world.github.control.setCollaborator({ ...at, login: "eve", role: null });
  await refused(eve.rest.repos.get(at), 404, /Not Found/);
  await refused(world.as("ghp_nobody").rest.repos.get(at), 401, /Bad credentials/);
});

test("teams have members and give them a role on repositories", async () => {
  const { owner, repo } = await world.createRepository();
  const { control } = world.github;
  await control.createUser({ login: "tim" });
  await control.createTeam({
    organization: "college",
    name: "Hub Admins",
    members: { tim: "maintainer", ben: "member" },
    repositories: { [repo]: "maintain" },
  });
  const { teams, orgs, repos } = world.app.rest;
  const team = { org: "college", team_slug: "hub-admins" };
  expect((await teams.getByName(team)).data).toMatchObject({ name: "Hub Admins", members_count: 2 });
  expect((await teams.list({ org: "college" })).data.map((one) => one.slug)).toEqual(["hub-admins"]);
  expect((await teams.listMembersInOrg(team)).data.map((one) => one.login)).toEqual(["tim", "ben"]);
  const membership = (username: string) => teams.getMembershipForUserInOrg({ ...team, username });
  expect((await membership("tim")).data).toMatchObject({ role: "maintainer", state: "active" });
  await refused(membership("eve"), 404, /Not Found/);
  const permission = async (username: string) => (await repos.getCollaboratorPermissionLevel({ owner, repo, username })).data;
  expect(await permission("tim")).toMatchObject({ permission: "write", role_name: "maintain" });
  expect(await permission("ada")).toMatchObject({ permission: "admin" });
  expect(await permission("eve")).toMatchObject({ permission: "read" });
  expect((await repos.checkCollaborator({ owner, repo, username: "ben" })).status).toBe(204);
  await refused(repos.checkCollaborator({ owner, repo, username: "eve" }), 404, /Not Found/);
  expect((await orgs.getMembershipForUser({ org: "college", username: "ada" })).data).toMatchObject({ role: "admin" });
  await refused(orgs.getMembershipForUser({ org: "college", username: "tim" }), 404, /Not Found/);
});

test("a token ends when it is revoked, and after an hour", async () => {
  const revoked = world.as((await tokenFor({})).token);
  const lasting = world.as((await tokenFor({})).token);
  const list = (octokit: typeof revoked) => octokit.rest.apps.listReposAccessibleToInstallation();
  await list(revoked);
  await revoked.rest.apps.revokeInstallationAccessToken();
  await refused(list(revoked), 401, /Bad credentials/);
  await list(lasting);
  world.advance(3_601);
  await refused(list(lasting), 401, /Bad credentials/);
  await list(world.as((await tokenFor({})).token));
});
