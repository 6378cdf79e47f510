import { z } from "zod";
import { parsePerson, readCommits, writeCommit } from "../git/commits.ts";
import { findObject, writeBlob } from "../git/objects.ts";
import { runGit } from "../git/run-git.ts";
import { listTree, type TreeChange, writeTree } from "../git/trees.ts";
import { notFound, unprocessable } from "../http/api-error.ts";
import { created, ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentGitCommit, presentGitPerson } from "../present/commit.ts";
import { repositoryUrl } from "../present/repository.ts";
import { nodeId } from "../present/times.ts";
import { gitPersonOf } from "../pulls/git-person.ts";
import { wrapped } from "./contents.ts";

const read = { access: "repository", role: "pull", permissions: [{ contents: "read" }] } as const;
const write = { access: "repository", role: "push", permissions: [{ contents: "write" }] } as const;

export const gitObjectRoutes: RepositoryEndpoint[] = [
  { method: "GET", path: "/repos/{owner}/{repo}/git/blobs/{file_sha}", ...read, handle: getBlob },
  { method: "POST", path: "/repos/{owner}/{repo}/git/blobs", ...write, handle: createBlob },
  { method: "GET", path: "/repos/{owner}/{repo}/git/trees/{tree_sha}", ...read, handle: getTree },
  { method: "POST", path: "/repos/{owner}/{repo}/git/trees", ...write, handle: createTree },
  { method: "GET", path: "/repos/{owner}/{repo}/git/commits/{commit_sha}", ...read, handle: getCommit },
  { method: "POST", path: "/repos/{owner}/{repo}/git/commits", ...write, handle: createCommit },
  { method: "GET", path: "/repos/{owner}/{repo}/git/tags/{tag_sha}", ...read, handle: getTag },
  { method: "POST", path: "/repos/{owner}/{repo}/git/tags", ...write, handle: createTag },
];

async function getBlob(call: RepositoryCall) {
  const sha = call.param("file_sha");
  const blob = await findObject(call.repository.gitDir, sha);
  if (blob?.type !== "blob") throw notFound();
  return ok({
    sha,
    node_id: nodeId("Blob", `${call.repository.id}:${sha}`),
    size: blob.bytes.length,
    url: objectUrl(call, "blobs", sha),
    content: wrapped(blob.bytes.toString("base64")),
    encoding: "base64",
  });
}

const newBlob = z.object({ content: z.string(), encoding: z.enum(["utf-8", "base64"]).default("utf-8") });

async function createBlob(call: RepositoryCall) {
  const { content, encoding } = call.body(newBlob);
  const sha = await writeBlob(call.repository.gitDir, Buffer.from(content, encoding === "base64" ? "base64" : "utf8"));
  return created({ url: objectUrl(call, "blobs", sha), sha });
}

async function getTree(call: RepositoryCall) {
  const { gitDir } = call.repository;
  const name = call.param("tree_sha");
  const { text, exitCode } = await runGit({
    gitDir,
    args: ["rev-parse", "--verify", "--quiet", `${name.replace(/^-+/, "")}^{tree}`],
    answers: [1, 128],
  });
  if (exitCode !== 0) throw notFound();
  return ok(await presentTree(call, text, { recursive: call.query("recursive") !== undefined }));
}

const treeEntry = z.object({
  path: z.string(),
  mode: z.enum(["100644", "100755", "040000", "160000", "120000"]).default("100644"),
  type: z.enum(["blob", "tree", "commit"]).optional(),
  sha: z.string().nullish(),
  content: z.string().optional(),
});
const newTree = z.object({ tree: z.array(treeEntry), base_tree: z.string().optional() });

async function createTree(call: RepositoryCall) {
  const { gitDir } = call.repository;
  const { tree, base_tree } = call.body(newTree);
  const changes: TreeChange[] = [];
  for (const entry of tree) {
    // A subtree by its SHA is laid out in files: git's index knows nothing else.
    if (entry.mode === "040000" && entry.sha) changes.push(...(await filesOfTree(gitDir, entry.path, entry.sha)));
    else changes.push({ path: entry.path, mode: entry.mode, sha: await shaOfEntry(gitDir, entry) });
  }
  const sha = await writeTree(gitDir, base_tree, changes).catch(() => {
    throw unprocessable("tree.sha contains an invalid SHA or tree.path contains a malformed path component");
  });
  return created(await presentTree(call, sha, { recursive: false }));
}

async function shaOfEntry(gitDir: string, entry: z.infer<typeof treeEntry>): Promise<string | undefined> {
  if (entry.content !== undefined) return writeBlob(gitDir, Buffer.from(entry.content));
  return entry.sha ?? undefined;
}

async function filesOfTree(gitDir: string, path: string, tree: string): Promise<TreeChange[]> {
  const entries = await listTree(gitDir, tree, { recursive: true });
  return entries
    .filter((entry) => entry.type !== "tree")
    .map((entry) => ({ path: `${path}/${entry.path}`, mode: entry.mode, sha: entry.sha }));
}

async function getCommit(call: RepositoryCall) {
  const sha = call.param("commit_sha");
  if ((await findObject(call.repository.gitDir, sha))?.type !== "commit") throw notFound();
  return ok(await presentOneCommit(call, sha));
}

const person = z.object({ name: z.string(), email: z.string(), date: z.iso.datetime({ offset: true }).optional() });
const newCommit = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).default([]),
  author: person.optional(),
  committer: person.optional(),
});

async function createCommit(call: RepositoryCall) {
  const { gitDir } = call.repository;
  const wanted = call.body(newCommit);
  if ((await findObject(gitDir, wanted.tree))?.type !== "tree") throw unprocessable("Tree SHA does not exist");
  for (const parent of wanted.parents) {
    if ((await findObject(gitDir, parent))?.type !== "commit")
      throw unprocessable("Parent SHA does not exist or is not a commit object");
  }
  const author = personOr(call, wanted.author ?? wanted.committer);
  const sha = await writeCommit(gitDir, {
    tree: wanted.tree,
    parents: wanted.parents,
    message: wanted.message,
    author,
    committer: personOr(call, wanted.committer ?? wanted.author),
  });
  return created(await presentOneCommit(call, sha));
}

async function getTag(call: RepositoryCall) {
  const sha = call.param("tag_sha");
  const tag = await findObject(call.repository.gitDir, sha);
  if (tag?.type !== "tag") throw notFound();
  return ok(presentTag(call, sha, tag.bytes.toString("utf8")));
}

const newTag = z.object({
  tag: z.string(),
  message: z.string(),
  object: z.string(),
  type: z.enum(["commit", "tree", "blob"]),
  tagger: person.optional(),
});

async function createTag(call: RepositoryCall) {
  const { gitDir } = call.repository;
  const { tag, message, object, type, tagger } = call.body(newTag);
  const who = personOr(call, tagger);
  const text = `object ${object}\ntype ${type}\ntag ${tag}\ntagger ${who.name} <${who.email}> ${who.atSeconds} +0000\n\n${message}\n`;
  const { text: sha } = await runGit({ gitDir, args: ["mktag"], input: text }).catch(() => {
    throw unprocessable("Object does not exist or is of another type");
  });
  return created(presentTag(call, sha, text));
}

function presentTag(call: RepositoryCall, sha: string, text: string) {
  const headEnd = text.indexOf("\n\n");
  const value = (key: string) => new RegExp(`^${key} (.*)$`, "m").exec(text.slice(0, headEnd))?.[1] ?? "";
  const type = value("type");
  return {
    node_id: nodeId("Tag", `${call.repository.id}:${sha}`),
    tag: value("tag"),
    sha,
    url: objectUrl(call, "tags", sha),
    message: text.slice(headEnd + 2).replace(/\n$/, ""),
    tagger: presentGitPerson(parsePerson(value("tagger"))),
    object: { sha: value("object"), type, url: objectUrl(call, `${type}s`, value("object")) },
    verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
  };
}

async function presentTree(call: RepositoryCall, sha: string, options: { recursive: boolean }) {
  const entries = await listTree(call.repository.gitDir, sha, options);
  return {
    sha,
    url: objectUrl(call, "trees", sha),
    tree: entries.map((entry) => ({
      path: entry.path,
      mode: entry.mode,
      type: entry.type,
      sha: entry.sha,
      ...(entry.sizeBytes === undefined ? {} : { size: entry.sizeBytes }),
      ...(entry.type === "commit" ? {} : { url: objectUrl(call, `${entry.type}s`, entry.sha) }),
    })),
    truncated: false,
  };
}

async function presentOneCommit(call: RepositoryCall, sha: string) {
  const [commit] = await readCommits(call.repository.gitDir, [sha]);
  if (!commit) throw notFound();
  return presentGitCommit(call.github, call.repository, commit);
}

function personOr(call: RepositoryCall, given: z.infer<typeof person> | undefined) {
  const at = given?.date === undefined ? call.github.now() : new Date(given.date);
  const own = gitPersonOf(call.sender(), at);
  return given ? { ...own, name: given.name, email: given.email } : own;
}

const objectUrl = (call: RepositoryCall, kind: string, sha: string) =>
  `${repositoryUrl(call.github, call.repository)}/git/${kind}/${sha}`;
