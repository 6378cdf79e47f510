/** Deliveries of a GitHub App as its "Recent Deliveries" page shows them, with the keys that lead anywhere and some that do not. */

const HEAD = "0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c";
const BASE = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

const owner = {
  login: "berkeley",
  id: 6811672,
  node_id: "MDEyOk9yZ2FuaXphdGlvbjY4MTE2NzI=",
  type: "Organization",
  site_admin: false,
};
const sender = { login: "gsi-lead", id: 583231, node_id: "MDQ6VXNlcjU4MzIzMQ==", type: "User", site_admin: false };

const repository = {
  id: 1296269,
  node_id: "MDEwOlJlcG9zaXRvcnkxMjk2MjY5",
  name: "deploy-config",
  full_name: "berkeley/deploy-config",
  private: true,
  owner,
  html_url: "https://github.com/berkeley/deploy-config",
  default_branch: "main",
  visibility: "private",
  custom_properties: {},
};

const installation = { id: 45678, node_id: "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uNDU2Nzg=" };

export function pullRequestPayload(action: string, more: Record<string, unknown> = {}) {
  return {
    action,
    number: 42,
    pull_request: {
      id: 1,
      number: 42,
      state: "open",
      draft: false,
      title: "Bump the Data 8 image @everyone",
      body: null,
      user: sender,
      merge_commit_sha: null,
      head: { label: "berkeley:bump", ref: "bump", sha: HEAD, user: owner, repo: repository },
      base: { label: "berkeley:main", ref: "main", sha: BASE, user: owner, repo: repository },
    },
    repository,
    organization: { login: "berkeley", id: 6811672 },
    sender,
    installation,
    ...more,
  };
}

export function pushPayload(more: Record<string, unknown> = {}) {
  return {
    ref: "refs/heads/main",
    before: BASE,
    after: HEAD,
    created: false,
    deleted: false,
    forced: false,
    base_ref: null,
    compare: `https://github.com/berkeley/deploy-config/compare/${BASE}...${HEAD}`,
    commits: [
      {
        id: HEAD,
        message: "Bump",
        timestamp: "2026-11-24T10:00:00-08:00",
        added: [],
        removed: [],
        modified: ["hubs/data8/pins/staging.yaml"],
      },
    ],
    head_commit: { id: HEAD },
    pusher: { name: "gsi-lead", email: null },
    // A push shows its repository's moments as numbers, and its owner with a name: other shapes than in all other events.
    repository: {
      ...repository,
      owner: { ...owner, name: "berkeley", email: null },
      created_at: 1296068472,
      pushed_at: 1764000000,
      master_branch: "main",
    },
    sender,
    installation,
    ...more,
  };
}

export const source = { repository: "berkeley/deploy-config", installationId: 45678, defaultBranch: "main" };
export const shas = { head: HEAD, base: BASE };
