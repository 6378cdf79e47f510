import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { Octokit } from "@octokit/rest";
import { SignJWT } from "jose";
import { afterAll, beforeAll, expect } from "vitest";
import { type WaitOptions, waitForEntry } from "../../../app/local/github/control/wait-for.ts";
import { type GitHubServer, startGitHub } from "../../../app/local/github/start-github.ts";
import { type Receiver, startReceiver } from "./webhook-receiver.ts";

/** GitHub's description of its API, where the tool installer puts it. */
export const OPENAPI_PATH = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"),
  "campanile/tools/github-openapi-23.0.2/api.github.com.json",
);

const APP_ID = 4711;
const SECRET = "a-secret-that-only-this-test-knows";
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

export interface World {
  github: GitHubServer;
  receiver: Receiver;
  dataDir: string;
  appId: number;
  secret: string;
  installationId: number;
  privateKey: KeyObject;
  /** Personal tokens by login: `ada` owns the organisation, `ben` may write, `eve` is nobody. */
  tokens: { ada: string; ben: string; eve: string };
  as: (token: string) => Octokit;
  /** The installation of the App, with all that the App may. */
  app: Octokit;
  /** The clock of GitHub and of this App go on by so much at once. */
  advance: (seconds: number) => void;
  jwt: (claims?: { iat?: number; exp?: number; iss?: string; key?: KeyObject }) => Promise<string>;
  /** A repository of the organisation with these files; `ben` may write to it. */
  createRepository: (files?: Record<string, string>) => Promise<{ owner: string; repo: string; headSha: string }>;
  /** One of `ben`'s, with a file of its own, in such a repository. */
  openPullRequest: (at: { owner: string; repo: string }, branch?: string) => Promise<{ number: number; headSha: string }>;
  waitFor: (
    name: string,
    matches?: (details: Record<string, unknown>) => boolean,
    options?: WaitOptions,
  ) => Promise<Record<string, unknown>>;
}

/** Starts an emulated GitHub for the tests of one file; at the end nothing that it sent may contradict GitHub's description. */
export function useGitHub(): World {
  const world: Partial<World> = {};
  beforeAll(async () => {
    Object.assign(world, await startWorld());
  });
  afterAll(async () => {
    const { github, receiver, dataDir } = started(world);
    const violations = await github.control.violations();
    await receiver.close();
    await github.close();
    await rm(dataDir, { recursive: true, force: true });
    expect(violations).toEqual([]);
  });
  // Tests hold the world before it has started; what they ask of it, they ask after.
  return new Proxy({} as World, { get: (_, key) => Reflect.get(started(world), key) });
}

function started(world: Partial<World>): World {
  if (!world.github) throw new Error("the emulated GitHub has not started");
  return world as World;
}

async function startWorld(): Promise<World> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "github-"));
  const receiver = await startReceiver();
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  const github = await startGitHub({ dataDir, openapiPath: OPENAPI_PATH, now });
  const { control } = github;
  const [ada, ben, eve] = await Promise.all(
    ["ada", "ben", "eve"].map((login) => control.createUser({ login, name: login.toUpperCase() })),
  );
  if (!ada || !ben || !eve) throw new Error("no users");
  await control.createOrganization({ login: "college", members: { ada: "admin" } });
  await control.registerApp({
    appId: APP_ID,
    slug: "harbour",
    owner: "college",
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    webhookUrl: receiver.url,
    webhookSecret: SECRET,
    permissions: {
      checks: "write",
      contents: "write",
      deployments: "write",
      issues: "write",
      pull_requests: "write",
      statuses: "write",
      members: "read",
      administration: "read",
    },
    events: [
      "pull_request",
      "push",
      "issue_comment",
      "issues",
      "check_run",
      "check_suite",
      "deployment",
      "deployment_status",
      "pull_request_review",
    ],
  });
  const { installationId } = await control.installApp({ appId: APP_ID, account: "college" });

  const as = (token: string) => new Octokit({ auth: token, baseUrl: github.url, log: SILENT });
  const jwt: World["jwt"] = async ({ iat, exp, iss, key } = {}) => {
    const nowSeconds = Math.floor(now().getTime() / 1000);
    return new SignJWT()
      .setProtectedHeader({ alg: "RS256" })
      .setIssuer(iss ?? String(APP_ID))
      .setIssuedAt(iat ?? nowSeconds - 60)
      .setExpirationTime(exp ?? nowSeconds + 540)
      .sign(key ?? privateKey);
  };
  const { data } = await as(await jwt()).rest.apps.createInstallationAccessToken({ installation_id: installationId });
  let repositories = 0;
  return {
    github,
    receiver,
    dataDir,
    appId: APP_ID,
    secret: SECRET,
    installationId,
    privateKey,
    tokens: { ada: ada.token, ben: ben.token, eve: eve.token },
    as,
    app: as(data.token),
    jwt,
    advance(seconds) {
      aheadMs += seconds * 1000;
    },
    async createRepository(files = { "README.md": "hello\n" }) {
      repositories += 1;
      const repo = `course-${repositories}`;
      const { headSha } = await control.createRepository({ owner: "college", name: repo, files, as: "ada" });
      await control.setCollaborator({ owner: "college", repo, login: "ben", role: "push" });
      return { owner: "college", repo, headSha: headSha ?? "" };
    },
    openPullRequest: (at, branch = "topic") =>
      control.openPullRequest({
        owner: at.owner,
        repo: at.repo,
        branch,
        title: `Add ${branch}`,
        files: { [`${branch}.txt`]: `${branch}\n` },
        as: "ben",
      }),
    async waitFor(name, matches = () => true, options = {}) {
      const entry = await waitForEntry(control, (one) => one.name === name && matches(one.details), {
        timeoutSeconds: 10,
        ...options,
      });
      return entry.details;
    },
  };
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
