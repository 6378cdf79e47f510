import type { Emulator } from "../emulator.ts";
import { isRoleAtLeast, type Role } from "../state/accounts.ts";
import { fullName, type Repository } from "../state/repository.ts";
import { presentAccount, presentOrganization } from "./account.ts";
import { moment, nodeId } from "./times.ts";

export const repositoryUrl = (github: Emulator, repository: Repository): string =>
  `${github.baseUrl}/repos/${fullName(repository)}`;

export const repositoryPage = (github: Emulator, repository: Repository): string => `${github.baseUrl}/${fullName(repository)}`;

/** GitHub's `minimal-repository` and `repository`: what lists, payloads and pull requests carry. */
export function presentRepository(github: Emulator, repository: Repository) {
  const forks = forksOf(github, repository).length;
  const openIssues = [...repository.issues.values()].filter((issue) => issue.state === "open").length;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.isPrivate,
    owner: presentAccount(github, repository.owner),
    description: repository.description,
    fork: repository.forkOf !== undefined,
    ...presentUrls(github, repository),
    created_at: moment(repository.createdAt),
    updated_at: moment(repository.updatedAt),
    pushed_at: moment(repository.pushedAt),
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: forks,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: openIssues,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.isPrivate ? "private" : "public",
    forks,
    open_issues: openIssues,
    watchers: 0,
    default_branch: repository.defaultBranch,
  };
}

/** GitHub's `full-repository`: what `GET /repos/{owner}/{repo}` tells; merge settings only to those who may push. */
export function presentRepositoryInFull(github: Emulator, repository: Repository, role: Role | undefined) {
  return {
    ...presentRepository(github, repository),
    permissions: {
      admin: isRoleAtLeast(role, "admin"),
      maintain: isRoleAtLeast(role, "maintain"),
      push: isRoleAtLeast(role, "push"),
      triage: isRoleAtLeast(role, "triage"),
      pull: isRoleAtLeast(role, "pull"),
    },
    ...(isRoleAtLeast(role, "push") ? presentMergeSettings(repository) : {}),
    ...(repository.owner.kind === "Organization" ? { organization: presentAccount(github, repository.owner) } : {}),
    ...(repository.forkOf
      ? { parent: presentRepository(github, repository.forkOf), source: presentRepository(github, repository.forkOf) }
      : {}),
    network_count: forksOf(github, repository).length,
    subscribers_count: 0,
  };
}

/** What a payload says of the place where something happened. */
export function presentPlace(github: Emulator, repository: Repository) {
  return {
    repository: { ...presentRepository(github, repository), custom_properties: {} },
    ...(repository.owner.kind === "Organization" ? { organization: presentOrganization(github, repository.owner) } : {}),
  };
}

function presentMergeSettings(repository: Repository) {
  return {
    allow_squash_merge: true,
    allow_merge_commit: true,
    allow_rebase_merge: true,
    allow_auto_merge: false,
    delete_branch_on_merge: repository.deleteBranchOnMerge,
    allow_update_branch: false,
    use_squash_pr_title_as_default: false,
    squash_merge_commit_message: "COMMIT_MESSAGES",
    squash_merge_commit_title: "COMMIT_OR_PR_TITLE",
    merge_commit_message: "PR_TITLE",
    merge_commit_title: "MERGE_MESSAGE",
  };
}

function forksOf(github: Emulator, repository: Repository): Repository[] {
  return [...github.state.repositories.values()].filter((one) => one.forkOf === repository);
}

function presentUrls(github: Emulator, repository: Repository) {
  const url = repositoryUrl(github, repository);
  const page = repositoryPage(github, repository);
  const { host } = new URL(github.baseUrl);
  return {
    html_url: page,
    url,
    forks_url: `${url}/forks`,
    keys_url: `${url}/keys{/key_id}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    teams_url: `${url}/teams`,
    hooks_url: `${url}/hooks`,
    issue_events_url: `${url}/issues/events{/number}`,
    events_url: `${url}/events`,
    assignees_url: `${url}/assignees{/user}`,
    branches_url: `${url}/branches{/branch}`,
    tags_url: `${url}/tags`,
    blobs_url: `${url}/git/blobs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    trees_url: `${url}/git/trees{/sha}`,
    statuses_url: `${url}/statuses/{sha}`,
    languages_url: `${url}/languages`,
    stargazers_url: `${url}/stargazers`,
    contributors_url: `${url}/contributors`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    commits_url: `${url}/commits{/sha}`,
    git_commits_url: `${url}/git/commits{/sha}`,
    comments_url: `${url}/comments{/number}`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    contents_url: `${url}/contents/{+path}`,
    compare_url: `${url}/compare/{base}...{head}`,
    merges_url: `${url}/merges`,
    archive_url: `${url}/{archive_format}{/ref}`,
    downloads_url: `${url}/downloads`,
    issues_url: `${url}/issues{/number}`,
    pulls_url: `${url}/pulls{/number}`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    labels_url: `${url}/labels{/name}`,
    releases_url: `${url}/releases{/id}`,
    deployments_url: `${url}/deployments`,
    git_url: `git://${host}/${fullName(repository)}.git`,
    ssh_url: `git@${host}:${fullName(repository)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
  };
}
