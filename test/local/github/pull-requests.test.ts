import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { refused } from "./answers.ts";
import { useGitHub } from "./github-fixture.ts";

const world = useGitHub();

async function contentOf(owner: string, repo: string, file: string): Promise<unknown> {
  const ada = world.as(world.tokens.ada);
  return (await ada.rest.repos.getContent({ owner, repo, path: file, mediaType: { format: "raw" } })).data;
}

async function known(headSha: string): Promise<void> {
  await world.waitFor("pull_request.mergeability_known", (details) => details.head_sha === headSha);
}

test("a second merge keeps what the first has brought", async () => {
  const { owner, repo } = await world.createRepository({ "a.txt": "a\n", "b.txt": "b\n" });
  const { control } = world.github;
  const first = await control.openPullRequest({ owner, repo, branch: "one", title: "One", files: { "a.txt": "A\n" }, as: "ben" });
  const second = await control.openPullRequest({
    owner,
    repo,
    branch: "two",
    title: "Two",
    files: { "b.txt": "B\n" },
    as: "ben",
  });
  const ben = world.as(world.tokens.ben);
  await ben.rest.pulls.merge({ owner, repo, pull_number: first.number });
  await ben.rest.pulls.merge({ owner, repo, pull_number: second.number });
  expect(await contentOf(owner, repo, "a.txt")).toBe("A\n");
  expect(await contentOf(owner, repo, "b.txt")).toBe("B\n");
  const { data: merged } = await ben.rest.pulls.get({ owner, repo, pull_number: second.number });
  expect(merged).toMatchObject({ merged: true, state: "closed", mergeable: null, merged_by: { login: "ben" } });
  const { data: head } = await ben.rest.repos.getCommit({ owner, repo, ref: "main" });
  expect(head).toMatchObject({
    sha: merged.merge_commit_sha,
    commit: { message: `Merge pull request #2 from college/two\n\nTwo` },
  });
  expect(head.parents).toHaveLength(2);
});

test("whether it can be merged is unknown at first and known a little later", async () => {
  const { owner, repo } = await world.createRepository();
  const ben = world.as(world.tokens.ben);
  await world.github.control.commit({ owner, repo, branch: "topic", files: { "new.txt": "x\n" }, as: "ben" });
  const { data: opened } = await ben.rest.pulls.create({ owner, repo, head: "topic", base: "main", title: "Topic" });
  expect(opened).toMatchObject({ mergeable: null, mergeable_state: "unknown" });
  await known(opened.head.sha);
  const { data: later } = await ben.rest.pulls.get({ owner, repo, pull_number: opened.number });
  expect(later).toMatchObject({ mergeable: true, mergeable_state: "clean", commits: 1, additions: 1, changed_files: 1 });
  await refused(ben.rest.pulls.create({ owner, repo, head: "topic", base: "main", title: "Again" }), 422, /already exists/);
  await refused(ben.rest.pulls.create({ owner, repo, head: "nowhere", base: "main", title: "None" }), 422, /Validation Failed/);
  await refused(ben.rest.pulls.create({ owner, repo, head: "main", base: "main", title: "Empty" }), 422, /No commits between/);
});

test("a conflict cannot be merged, and main stays as it is", async () => {
  const { owner, repo } = await world.createRepository({ "a.txt": "a\n" });
  const { control } = world.github;
  const pull = await control.openPullRequest({
    owner,
    repo,
    branch: "mine",
    title: "Mine",
    files: { "a.txt": "mine\n" },
    as: "ben",
  });
  await known(pull.headSha);
  const { sha } = await control.commit({ owner, repo, branch: "main", files: { "a.txt": "theirs\n" }, as: "ada" });
  const ben = world.as(world.tokens.ben);
  const query = { owner, repo, pull_number: pull.number };
  const { last } = await control.journal({});
  expect((await ben.rest.pulls.get(query)).data.mergeable).toBe(null);
  await world.waitFor("pull_request.mergeability_known", (details) => details.head_sha === pull.headSha, { after: last });
  expect((await ben.rest.pulls.get(query)).data).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
  await refused(ben.rest.pulls.merge(query), 405, /not mergeable/);
  expect((await ben.rest.git.getRef({ owner, repo, ref: "heads/main" })).data.object.sha).toBe(sha);
});

test("the head that a merge names must be the head of now", async () => {
  const { owner, repo } = await world.createRepository();
  const { control } = world.github;
  const pull = await control.openPullRequest({ owner, repo, branch: "one", title: "One", files: { "a.txt": "1\n" }, as: "ben" });
  const { sha } = await control.commit({ owner, repo, branch: "one", files: { "a.txt": "2\n" }, as: "ben" });
  const ben = world.as(world.tokens.ben);
  const merge = { owner, repo, pull_number: pull.number };
  await refused(ben.rest.pulls.merge({ ...merge, sha: pull.headSha }), 409, /Head branch was modified/);
  expect((await ben.rest.pulls.merge({ ...merge, sha })).data.merged).toBe(true);
  await refused(ben.rest.pulls.merge(merge), 405, /not mergeable/);
});

test("a squash makes one commit with one parent", async () => {
  const { owner, repo, headSha } = await world.createRepository();
  const { control } = world.github;
  const pull = await control.openPullRequest({ owner, repo, branch: "one", title: "One", files: { "a.txt": "1\n" }, as: "ben" });
  await control.commit({ owner, repo, branch: "one", message: "Second", files: { "b.txt": "2\n" }, as: "ben" });
  const ben = world.as(world.tokens.ben);
  const { data } = await ben.rest.pulls.merge({ owner, repo, pull_number: pull.number, merge_method: "squash" });
  const { data: commit } = await ben.rest.git.getCommit({ owner, repo, commit_sha: data.sha });
  expect(commit.parents.map((parent) => parent.sha)).toEqual([headSha]);
  expect(commit.message).toBe("One (#1)\n\n* One\n\n* Second");
  expect(await contentOf(owner, repo, "b.txt")).toBe("2\n");
});

test("a rebase puts the commits one by one on top of what has happened since", async () => {
  const { owner, repo } = await world.createRepository({ "a.txt": "a\n" });
  const { control } = world.github;
  const pull = await control.openPullRequest({ owner, repo, branch: "one", title: "One", files: { "b.txt": "1\n" }, as: "ben" });
  await control.commit({ owner, repo, branch: "one", message: "Two", files: { "b.txt": "2\n" }, as: "ben" });
  const { sha } = await control.commit({
    owner,
    repo,
    branch: "main",
    message: "Meanwhile",
    files: { "a.txt": "A\n" },
    as: "ada",
  });
  const ben = world.as(world.tokens.ben);
  await ben.rest.pulls.merge({ owner, repo, pull_number: pull.number, merge_method: "rebase" });
  const { data: commits } = await ben.rest.repos.listCommits({ owner, repo });
  expect(commits.map((one) => one.commit.message)).toEqual(["Two", "One", "Meanwhile", "Start"]);
  expect(commits[2]?.sha).toBe(sha);
});

test("the files of a pull request are those that git names", async () => {
  const lines = Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join("");
  const { owner, repo, headSha } = await world.createRepository({ "keep.txt": lines, "old name.txt": lines, "gone.txt": "x\n" });
  const pull = await world.github.control.openPullRequest({
    owner,
    repo,
    branch: "many",
    title: "Many",
    as: "ben",
    files: {
      "keep.txt": lines.replace("line 7\n", "seven\n").replace("line 20\n", ""),
      "old name.txt": null,
      "new/näme.txt": lines,
      "gone.txt": null,
      "born.txt": "diff --git a/x b/x\n--- a\n+++ b\nno end of line",
      "bytes.bin": Buffer.from([0, 1, 2, 255]),
    },
  });
  // Main moves on, which is no business of the pull request.
  await world.github.control.commit({ owner, repo, branch: "main", files: { "keep.txt": null }, as: "ada" });
  const folder = await mkdtemp(path.join(tmpdir(), "clone-"));
  const git = async (...args: string[]) => (await execa("git", args, { cwd: folder, stripFinalNewline: false })).stdout;
  await git("clone", "--quiet", "--bare", `${world.github.url}/${owner}/${repo}.git`, ".");
  const range = ["diff", "--no-renames", headSha, pull.headSha, "--"];

  const { data: files } = await world.app.rest.pulls.listFiles({ owner, repo, pull_number: pull.number });
  expect(files.map((file) => [file.status, file.filename, file.previous_filename])).toEqual([
    ["added", "born.txt", undefined],
    ["added", "bytes.bin", undefined],
    ["removed", "gone.txt", undefined],
    ["modified", "keep.txt", undefined],
    ["renamed", "new/näme.txt", "old name.txt"],
  ]);
  for (const name of ["born.txt", "gone.txt", "keep.txt"]) {
    const file = files.find((one) => one.filename === name);
    const diff = await git(...range, name);
    expect(`${file?.patch}\n`).toBe(diff.slice(diff.indexOf("\n@@ ") + 1));
    expect(await git("diff", "--numstat", headSha, pull.headSha, "--", name)).toBe(
      `${file?.additions}\t${file?.deletions}\t${name}\n`,
    );
  }
  expect(files[1]?.patch).toBe(undefined);
  expect(files[4]).toMatchObject({ additions: 0, deletions: 0, changes: 0 });
  await rm(folder, { recursive: true, force: true });
});

test("an edit, a close and a reopening are told with what was before", async () => {
  const { owner, repo } = await world.createRepository();
  const pull = await world.github.control.openPullRequest({
    owner,
    repo,
    branch: "one",
    title: "One",
    files: { a: "1\n" },
    as: "ben",
  });
  const ben = world.as(world.tokens.ben);
  const query = { owner, repo, pull_number: pull.number };
  await ben.rest.pulls.update({ ...query, title: "Better", body: "Why" });
  await ben.rest.pulls.update({ ...query, state: "closed" });
  await ben.rest.pulls.update({ ...query, state: "open" });
  const mine = (action: string) =>
    world.receiver.next(({ payload }) => payload.action === action && JSON.stringify(payload).includes(`college/${repo}"`));
  expect((await mine("edited")).payload).toMatchObject({ changes: { title: { from: "One" }, body: { from: "" } } });
  expect((await mine("closed")).payload).toMatchObject({ pull_request: { merged: false, state: "closed", title: "Better" } });
  expect((await mine("reopened")).payload).toMatchObject({ pull_request: { state: "open" } });
  const { data: open } = await ben.rest.pulls.list({ owner, repo, head: "college:one" });
  expect(open.map((one) => one.number)).toEqual([pull.number]);
  expect((await ben.rest.pulls.list({ owner, repo, state: "closed" })).data).toEqual([]);
});

test("a pull request from a fork brings its commits along", async () => {
  const { owner, repo } = await world.createRepository({ "a.txt": "a\n" });
  const pull = await world.github.control.openPullRequest({
    owner,
    repo,
    branch: "patch-1",
    title: "Mend a typo",
    files: { "a.txt": "A\n" },
    fromFork: "eve",
  });
  const { data } = await world.app.rest.pulls.get({ owner, repo, pull_number: pull.number });
  expect(data.head).toMatchObject({ label: "eve:patch-1", repo: { full_name: `eve/${repo}`, fork: true } });
  const { data: files } = await world.app.rest.pulls.listFiles({ owner, repo, pull_number: pull.number });
  expect(files.map((file) => file.filename)).toEqual(["a.txt"]);
  const { stdout } = await execa("git", ["ls-remote", `${world.github.url}/${owner}/${repo}.git`, "refs/pull/1/*"]);
  expect(stdout).toContain(`${pull.headSha}\trefs/pull/1/head`);
  const eve = world.as(world.tokens.eve);
  const { sha } = await world.github.control.commit({ owner: "eve", repo, branch: "patch-1", files: { "b.txt": "b\n" } });
  const { data: moved } = await eve.rest.pulls.get({ owner, repo, pull_number: pull.number });
  expect(moved.head.sha).toBe(sha);
  await refused(eve.rest.pulls.merge({ owner, repo, pull_number: pull.number }), 403, /push access/);
  await world.as(world.tokens.ada).rest.pulls.merge({ owner, repo, pull_number: pull.number });
  expect(await contentOf(owner, repo, "b.txt")).toBe("b\n");
});

test("a commit knows the pull request that brought it", async () => {
  const { owner, repo } = await world.createRepository();
  const pull = await world.github.control.openPullRequest({
    owner,
    repo,
    branch: "one",
    title: "One",
    files: { a: "1\n" },
    as: "ben",
  });
  const { data: merged } = await world.as(world.tokens.ben).rest.pulls.merge({ owner, repo, pull_number: pull.number });
  for (const commit_sha of [merged.sha, pull.headSha]) {
    const { data } = await world.app.rest.repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha });
    expect(data.map((one) => [one.number, one.merged_at !== null])).toEqual([[pull.number, true]]);
  }
});
