import type { Emulator } from "../emulator.ts";
import { type GitCommit, type GitPerson, readCommit } from "../git/commits.ts";
import { type ChangedFile, diffCommits } from "../git/diff.ts";
import type { Repository } from "../state/repository.ts";
import { findAccountByEmail } from "../state/state.ts";
import { presentAccount } from "./account.ts";
import { repositoryPage, repositoryUrl } from "./repository.ts";
import { moment, nodeId } from "./times.ts";

export const presentGitPerson = (person: GitPerson) => ({
  name: person.name,
  email: person.email,
  date: moment(new Date(person.atSeconds * 1000)),
});

const UNSIGNED = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** GitHub's `commit` as it stands in lists. */
export function presentCommit(github: Emulator, repository: Repository, commit: GitCommit) {
  const api = repositoryUrl(github, repository);
  const url = `${api}/commits/${commit.sha}`;
  const account = (person: GitPerson) => {
    const known = findAccountByEmail(github.state, person.email);
    return known ? presentAccount(github, known) : null;
  };
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", `${repository.id}:${commit.sha}`),
    commit: {
      author: presentGitPerson(commit.author),
      committer: presentGitPerson(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: UNSIGNED,
    },
    url,
    html_url: `${repositoryPage(github, repository)}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    author: account(commit.author),
    committer: account(commit.committer),
    parents: presentParents(github, repository, commit),
  };
}

/** GitHub's `git-commit`: the bare object. */
export function presentGitCommit(github: Emulator, repository: Repository, commit: GitCommit) {
  const api = repositoryUrl(github, repository);
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", `${repository.id}:${commit.sha}`),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: `${repositoryPage(github, repository)}/commit/${commit.sha}`,
    author: presentGitPerson(commit.author),
    committer: presentGitPerson(commit.committer),
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/git/commits/${sha}`,
      html_url: `${repositoryPage(github, repository)}/commit/${sha}`,
    })),
    verification: UNSIGNED,
  };
}

/** GitHub's `simple-commit`, which check suites carry. */
export function presentSimpleCommit(commit: GitCommit) {
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: moment(new Date(commit.committer.atSeconds * 1000)),
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  };
}

/** One of a `push` payload's commits. */
export async function presentPushedCommit(github: Emulator, repository: Repository, sha: string) {
  const commit = await readCommit(repository.gitDir, sha);
  const files = await diffCommits(repository.gitDir, commit.parents[0], sha);
  const paths = (...statuses: ChangedFile["status"][]) =>
    files.filter((file) => statuses.includes(file.status)).map((file) => file.path);
  const person = (who: GitPerson) => {
    const username = findAccountByEmail(github.state, who.email)?.login;
    return { name: who.name, email: who.email, ...(username === undefined ? {} : { username }) };
  };
  return {
    ...presentSimpleCommit(commit),
    distinct: true,
    url: `${repositoryPage(github, repository)}/commit/${sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: paths("added", "copied"),
    // A payload has no word for a rename: it tells the two halves.
    removed: [...paths("removed"), ...files.flatMap((file) => (file.status === "renamed" ? (file.previousPath ?? []) : []))],
    modified: paths("modified", "changed", "renamed"),
  };
}

/** GitHub's `diff-entry`: a file of a pull request, a commit or a comparison. */
export function presentFile(github: Emulator, repository: Repository, place: { file: ChangedFile; sha: string }) {
  const { file, sha } = place;
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${repositoryPage(github, repository)}/blob/${sha}/${path}`,
    raw_url: `${repositoryPage(github, repository)}/raw/${sha}/${path}`,
    contents_url: `${repositoryUrl(github, repository)}/contents/${path}?ref=${sha}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
  };
}

function presentParents(github: Emulator, repository: Repository, commit: GitCommit) {
  return commit.parents.map((sha) => ({
    sha,
    url: `${repositoryUrl(github, repository)}/commits/${sha}`,
    html_url: `${repositoryPage(github, repository)}/commit/${sha}`,
  }));
}
