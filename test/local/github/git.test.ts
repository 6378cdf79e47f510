import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { extract } from "tar";
import { expect, onTestFinished, test } from "vitest";
import { refused } from "./answers.ts";
import { useGitHub } from "./github-fixture.ts";

const world = useGitHub();

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "git-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const PERSON = ["-c", "user.name=Ben", "-c", "user.email=ben@users.noreply.github.com"];

/** A clone of a repository, by git itself; `token` is the password, as for GitHub. */
async function clone({ owner, repo }: { owner: string; repo: string }, token?: string) {
  const cwd = await temporaryFolder();
  const url = new URL(`${world.github.webUrl}/${owner}/${repo}.git`);
  if (token !== undefined) Object.assign(url, { username: "x-access-token", password: token });
  const git = async (...args: string[]) => {
    const { stdout } = await execa("git", [...PERSON, ...args], {
      cwd,
      env: { GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_GLOBAL: "/dev/null" },
    });
    return stdout;
  };
  await git("clone", "--quiet", url.href, ".");
  return {
    git,
    async commit(file: string, text: string) {
      await writeFile(path.join(cwd, file), text);
      await git("add", file);
      await git("commit", "--quiet", "--message", `Change ${file}`);
      return git("rev-parse", "HEAD");
    },
  };
}

test("a push moves the branch, its pull request follows, and both are told", async () => {
  const at = await world.createRepository();
  const { owner, repo } = at;
  const pull = await world.openPullRequest(at);
  const ben = await clone(at, world.tokens.ben);
  await ben.git("switch", "--quiet", "topic");
  const sha = await ben.commit("more.txt", "more\n");
  await ben.git("push", "--quiet", "origin", "topic", "topic:other");
  const told = (event: string, words: string) =>
    world.receiver.next(({ headers, payload }) => headers["x-github-event"] === event && JSON.stringify(payload).includes(words));
  expect((await told("push", `"before":"${pull.headSha}"`)).payload).toMatchObject({
    after: sha,
    created: false,
    forced: false,
    pusher: { name: "ben" },
    commits: [{ id: sha, message: "Change more.txt", added: ["more.txt"], author: { username: "ben" } }],
  });
  expect((await told("push", '"ref":"refs/heads/other"')).payload).toMatchObject({ after: sha, created: true });
  expect((await told("pull_request", '"action":"synchronize"')).payload).toMatchObject({
    number: pull.number,
    before: pull.headSha,
    after: sha,
    pull_request: { head: { sha } },
  });
  const { data } = await world.app.rest.pulls.get({ owner, repo, pull_number: pull.number });
  expect([data.head.sha, data.commits]).toEqual([sha, 2]);
  await ben.git("push", "--quiet", "origin", ":topic");
  expect((await world.app.rest.pulls.get({ owner, repo, pull_number: pull.number })).data.state).toBe("closed");
});

test("pushing needs somebody who may write; reading what is private needs somebody who may read", async () => {
  const at = await world.createRepository();
  for (const [token, words] of [
    [undefined, /could not read Username|Authentication failed/],
    [world.tokens.eve, /403/],
    ["ghp_wrong", /Authentication failed/],
  ] as const) {
    const { git, commit } = await clone(at);
    await commit("a.txt", "a\n");
    const url = new URL(`${world.github.webUrl}/${at.owner}/${at.repo}.git`);
    if (token !== undefined) Object.assign(url, { username: "x-access-token", password: token });
    await expect(git("push", url.href, "HEAD:main")).rejects.toThrow(words);
  }
  await world.github.control.createRepository({
    owner: "college",
    name: "secret",
    isPrivate: true,
    files: { a: "1\n" },
    as: "ada",
  });
  const secret = { owner: "college", repo: "secret" };
  await expect(clone(secret)).rejects.toThrow(/could not read Username/);
  await expect(clone(secret, world.tokens.eve)).rejects.toThrow(/not found/i);
  const { git, commit } = await clone(secret, world.tokens.ada);
  const sha = await commit("b.txt", "b\n");
  await git("push", "--quiet", "origin", "main");
  expect((await world.app.rest.git.getRef({ ...secret, ref: "heads/main" })).data.object.sha).toBe(sha);
});

test("what git has over HTTP and what the API says are the same objects", async () => {
  const at = await world.createRepository({ "a.txt": "a\n", "dir/b.txt": "b\n" });
  const { owner, repo } = at;
  const { git: api } = world.app.rest;
  const { data: blob } = await api.createBlob({
    owner,
    repo,
    content: Buffer.from([0, 255]).toString("base64"),
    encoding: "base64",
  });
  const { data: tree } = await api.createTree({
    owner,
    repo,
    base_tree: at.headSha,
    tree: [
      { path: "bytes.bin", mode: "100644", type: "blob", sha: blob.sha },
      { path: "dir/c.txt", mode: "100755", type: "blob", content: "c\n" },
      { path: "a.txt", mode: "100644", type: "blob", sha: null },
    ],
  });
  const person = { name: "Ben", email: "ben@example.org", date: "2026-01-02T03:04:05Z" };
  const { data: commit } = await api.createCommit({
    owner,
    repo,
    message: "By hand",
    tree: tree.sha,
    parents: [at.headSha],
    author: person,
  });
  await api.createRef({ owner, repo, ref: "refs/heads/hand", sha: commit.sha });
  const { data: tag } = await api.createTag({ owner, repo, tag: "v1", message: "One", object: commit.sha, type: "commit" });
  await api.createRef({ owner, repo, ref: "refs/tags/v1", sha: tag.sha });

  const { git } = await clone(at);
  expect(await git("rev-parse", "origin/hand", "origin/hand^{tree}", "v1", "v1^{}")).toBe(
    [commit.sha, tree.sha, tag.sha, commit.sha].join("\n"),
  );
  expect(await git("ls-tree", "-r", "--name-only", "origin/hand")).toBe("bytes.bin\ndir/b.txt\ndir/c.txt");
  expect(await git("log", "-1", "--format=%an %ae %at", "origin/hand")).toBe(
    `Ben ben@example.org ${Date.parse(person.date) / 1000}`,
  );
  expect(await git("cat-file", "tag", "v1")).toContain("\ntag v1\ntagger harbour[bot] <");
  expect((await api.getTag({ owner, repo, tag_sha: tag.sha })).data).toMatchObject({
    message: "One",
    object: { sha: commit.sha },
  });
  const { data: all } = await api.getTree({ owner, repo, tree_sha: commit.sha, recursive: "1" });
  expect(all.tree.map((one) => [one.path, one.mode])).toEqual([
    ["bytes.bin", "100644"],
    ["dir", "040000"],
    ["dir/b.txt", "100644"],
    ["dir/c.txt", "100755"],
  ]);
  expect((await api.getBlob({ owner, repo, file_sha: blob.sha })).data).toMatchObject({ size: 2, content: "AP8=\n" });
  await refused(api.getBlob({ owner, repo, file_sha: "0".repeat(40) }), 404, /Not Found/);
  await refused(api.createCommit({ owner, repo, message: "x", tree: "0".repeat(40) }), 422, /Tree SHA does not exist/);
});

test("a ref moves forward only, unless it is forced", async () => {
  const at = await world.createRepository();
  const { owner, repo, headSha } = at;
  const { git: api } = world.app.rest;
  const { sha } = await world.github.control.commit({ owner, repo, branch: "main", files: { a: "1\n" }, as: "ada" });
  const main = { owner, repo, ref: "heads/main" };
  await refused(api.updateRef({ ...main, sha: headSha }), 422, /not a fast forward/);
  expect((await api.getRef(main)).data.object.sha).toBe(sha);
  await api.updateRef({ ...main, sha: headSha, force: true });
  const pushed = await world.receiver.next(({ payload }) => payload.before === sha && payload.after === headSha);
  expect(pushed.payload).toMatchObject({ forced: true, ref: "refs/heads/main" });
  await refused(api.createRef({ owner, repo, ref: "refs/heads/main", sha }), 422, /already exists/);
  await refused(api.createRef({ owner, repo, ref: "refs/heads/a..b", sha }), 422, /not a valid ref name/);
  await refused(api.createRef({ owner, repo, ref: "refs/heads/b", sha: "1".repeat(40) }), 422, /Object does not exist/);
  await api.createRef({ owner, repo, ref: "refs/heads/feature/one", sha });
  const matching = async () => (await api.listMatchingRefs({ owner, repo, ref: "heads/feature" })).data.map((one) => one.ref);
  expect(await matching()).toEqual(["refs/heads/feature/one"]);
  await api.deleteRef({ owner, repo, ref: "heads/feature/one" });
  expect(await matching()).toEqual([]);
  await refused(api.getRef({ owner, repo, ref: "heads/feature/one" }), 404, /Not Found/);
});

test("a file is read, listed and written by someone who has seen what it holds", async () => {
  const at = await world.createRepository({ "dir/a b.txt": "a\n", "dir/sub/c.txt": "c\n" });
  const { owner, repo } = at;
  const { repos } = world.app.rest;
  const file = { owner, repo, path: "dir/a b.txt" };
  const { data: read } = await repos.getContent(file);
  if (!("content" in read)) throw new Error("not a file");
  expect(read).toMatchObject({ type: "file", size: 2, encoding: "base64", content: "YQo=\n", path: "dir/a b.txt" });
  const { data: listed } = await repos.getContent({ owner, repo, path: "dir" });
  expect(Array.isArray(listed) && listed.map((one) => [one.type, one.name])).toEqual([
    ["file", "a b.txt"],
    ["dir", "sub"],
  ]);
  await refused(repos.getContent({ owner, repo, path: "dir/none" }), 404, /Not Found/);
  const change = { ...file, message: "Change it", content: Buffer.from("A\n").toString("base64") };
  await refused(repos.createOrUpdateFileContents(change), 422, /"sha" wasn't supplied/);
  await refused(repos.createOrUpdateFileContents({ ...change, sha: at.headSha }), 409, /does not match/);
  const changed = await repos.createOrUpdateFileContents({ ...change, sha: read.sha });
  expect(changed.status).toBe(200);
  const made = await repos.createOrUpdateFileContents({ ...change, path: "new.txt", branch: "main" });
  expect([made.status, made.data.commit.parents?.[0]?.sha]).toEqual([201, changed.data.commit.sha]);
  await repos.deleteFile({ owner, repo, path: "new.txt", message: "Away", sha: made.data.content?.sha ?? "" });
  const { data: commits } = await repos.listCommits({ owner, repo, path: "new.txt" });
  expect(commits.map((one) => one.commit.message)).toEqual(["Away", "Change it"]);
  const { data: old } = await repos.getContent({ ...file, ref: at.headSha, mediaType: { format: "raw" } });
  expect(old).toBe("a\n");
});

test("a comparison says what one side has that the other lacks", async () => {
  const at = await world.createRepository({ "a.txt": "a\n" });
  const { owner, repo } = at;
  const { control } = world.github;
  const { sha: topic } = await control.commit({
    owner,
    repo,
    branch: "topic",
    message: "T",
    files: { "t.txt": "t\n" },
    as: "ben",
  });
  const { sha: main } = await control.commit({ owner, repo, branch: "main", message: "M", files: { "m.txt": "m\n" }, as: "ada" });
  const { repos } = world.app.rest;
  const compare = async (basehead: string) => (await repos.compareCommitsWithBasehead({ owner, repo, basehead })).data;
  expect(await compare("main...topic")).toMatchObject({
    status: "diverged",
    ahead_by: 1,
    behind_by: 1,
    base_commit: { sha: main },
    merge_base_commit: { sha: at.headSha },
    commits: [{ sha: topic }],
    files: [{ filename: "t.txt", status: "added", patch: "@@ -0,0 +1 @@\n+t" }],
  });
  expect(await compare(`${at.headSha}...${main}`)).toMatchObject({ status: "ahead", total_commits: 1 });
  expect(await compare(`main...${at.headSha}`)).toMatchObject({ status: "behind", files: [] });
  expect(await compare("main...main")).toMatchObject({ status: "identical" });
  await refused(compare("main...nowhere"), 404, /Not Found/);
});

test("an archive holds the files of its commit in one folder", async () => {
  const at = await world.createRepository({ "a.txt": "then\n" });
  const { owner, repo, headSha } = at;
  await world.github.control.commit({ owner, repo, branch: "main", files: { "a.txt": "now\n" }, as: "ada" });
  const { data } = await world.app.rest.repos.downloadTarballArchive({ owner, repo, ref: headSha });
  if (!(data instanceof ArrayBuffer)) throw new Error("no bytes");
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, "archive.tar.gz"), Buffer.from(data));
  await extract({ file: path.join(folder, "archive.tar.gz"), cwd: folder });
  expect(await readFile(path.join(folder, `${owner}-${repo}-${headSha.slice(0, 7)}`, "a.txt"), "utf8")).toBe("then\n");
});

test("a fork is a repository of its own with the branches of its source", async () => {
  const at = await world.createRepository({ "a.txt": "a\n" });
  const eve = world.as(world.tokens.eve);
  const { data: fork } = await eve.rest.repos.createFork(at);
  expect(fork).toMatchObject({ full_name: `eve/${at.repo}`, fork: true, parent: { full_name: `college/${at.repo}` } });
  const { git, commit } = await clone({ owner: "eve", repo: at.repo }, world.tokens.eve);
  const sha = await commit("e.txt", "e\n");
  await git("push", "--quiet", "origin", "HEAD:patch");
  expect((await world.app.rest.git.listMatchingRefs({ ...at, ref: "heads/" })).data).toHaveLength(1);
  const { data: pull } = await eve.rest.pulls.create({ ...at, head: "eve:patch", base: "main", title: "From outside" });
  expect(pull.head).toMatchObject({ sha, label: "eve:patch" });
});
