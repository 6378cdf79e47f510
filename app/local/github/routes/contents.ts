import { z } from "zod";
import { commitFiles, type FileChange } from "../git/commit-files.ts";
import { type GitPerson, readCommit } from "../git/commits.ts";
import { findObject } from "../git/objects.ts";
import { findBranchHead, findCommit } from "../git/refs.ts";
import { findEntry, listTree, type TreeEntry } from "../git/trees.ts";
import { ApiError, notFound, unprocessable } from "../http/api-error.ts";
import { ok, type Reply, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentGitCommit } from "../present/commit.ts";
import { repositoryPage, repositoryUrl } from "../present/repository.ts";
import { gitPersonOf } from "../pulls/git-person.ts";
import { noteRefChanges } from "../refs/note-ref-changes.ts";

const PATH = "/repos/{owner}/{repo}/contents/{path}";
const write = { access: "repository", role: "push", permissions: [{ contents: "write" }] } as const;

export const contentRoutes: RepositoryEndpoint[] = [
  { method: "GET", path: PATH, access: "repository", role: "pull", permissions: [{ contents: "read" }], handle: get },
  { method: "PUT", path: PATH, ...write, handle: put },
  { method: "DELETE", path: PATH, ...write, handle: remove },
];

/** Above this GitHub gives the file only as raw bytes. */
const INLINE_LIMIT_BYTES = 1024 * 1024;

async function get(call: RepositoryCall): Promise<Reply> {
  const { gitDir, defaultBranch } = call.repository;
  const ref = call.query("ref") ?? defaultBranch;
  const commit = await findCommit(gitDir, ref);
  if (commit === undefined) throw notFound();
  const path = cleanPath(call.param("path"));
  const entry = path === "" ? undefined : await findEntry(gitDir, commit, path);
  if (path !== "" && !entry) throw notFound();
  if (entry && entry.type !== "tree") return getFile(call, entry, ref);
  const entries = await listTree(gitDir, path === "" ? commit : `${commit}:${path}`, { recursive: false });
  const prefix = path === "" ? "" : `${path}/`;
  return ok(entries.map((one) => presentEntry(call, { ...one, path: `${prefix}${one.path}` }, ref)));
}

async function getFile(call: RepositoryCall, entry: TreeEntry, ref: string): Promise<Reply> {
  const bytes = (await findObject(call.repository.gitDir, entry.sha))?.bytes ?? Buffer.alloc(0);
  if (/\.raw\b/.test(call.accept)) {
    return { status: 200, body: bytes, headers: { "content-type": "application/vnd.github.raw; charset=utf-8" } };
  }
  const isInline = bytes.length <= INLINE_LIMIT_BYTES;
  return ok({
    ...presentEntry(call, entry, ref),
    content: isInline ? wrapped(bytes.toString("base64")) : "",
    encoding: isInline ? "base64" : "none",
    ...(entry.mode === "120000" ? { type: "symlink", target: bytes.toString("utf8") } : {}),
  });
}

/** GitHub breaks base64 into lines of sixty characters. */
export const wrapped = (base64: string): string => base64.replace(/.{1,60}/g, "$&\n");

const author = z.object({ name: z.string(), email: z.string(), date: z.string().optional() });
const fileChange = z.object({
  message: z.string(),
  sha: z.string().optional(),
  branch: z.string().optional(),
  author: author.optional(),
  committer: author.optional(),
});
const filePut = fileChange.extend({ content: z.string() });
type Change = z.infer<typeof fileChange>;

async function put(call: RepositoryCall): Promise<Reply> {
  const wanted = call.body(filePut);
  const { content, ...change } = wanted;
  const path = cleanPath(call.param("path"));
  return commitChange(call, { path, bytes: Buffer.from(content, "base64") }, change);
}

async function remove(call: RepositoryCall): Promise<Reply> {
  const change = call.body(fileChange);
  if (change.sha === undefined) throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`);
  return commitChange(call, { path: cleanPath(call.param("path")), bytes: null }, change);
}

async function commitChange(call: RepositoryCall, file: FileChange, change: Change): Promise<Reply> {
  const { github, repository } = call;
  const { gitDir } = repository;
  const branch = change.branch ?? repository.defaultBranch;
  return repository.exclusive(async () => {
    const parent = await findBranchHead(gitDir, branch);
    if (parent === undefined && change.branch !== undefined) throw new ApiError(404, `Branch ${branch} not found`);
    const existing = parent === undefined ? undefined : await findEntry(gitDir, parent, file.path);
    refuseUnseen(file, change, existing);
    const own = gitPersonOf(call.sender(), github.now());
    const person = (given: z.infer<typeof author> | undefined): GitPerson =>
      given ? { ...given, atSeconds: own.atSeconds } : own;
    const commit = await commitFiles(gitDir, {
      branch,
      parent,
      message: change.message,
      author: person(change.author ?? change.committer),
      committer: person(change.committer),
      changes: [file],
    });
    await noteRefChanges(github, repository, [{ name: `refs/heads/${branch}`, before: parent, after: commit }], call.sender());
    const entry = await findEntry(gitDir, commit, file.path);
    return {
      status: existing || !entry ? 200 : 201,
      body: {
        content: entry ? presentEntry(call, entry, branch) : null,
        commit: presentGitCommit(github, repository, await readCommit(gitDir, commit)),
      },
    };
  });
}

/** A file is replaced only by someone who names what it holds. */
function refuseUnseen(file: FileChange, change: Change, existing: TreeEntry | undefined): void {
  if (existing && change.sha === undefined) throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`);
  if (existing && existing.sha !== change.sha) throw new ApiError(409, `${file.path} does not match ${change.sha}`);
  if (!existing && file.bytes === null) throw notFound();
}

function presentEntry(call: RepositoryCall, entry: TreeEntry, ref: string) {
  const { github, repository } = call;
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const url = `${repositoryUrl(github, repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const kind = entry.type === "tree" ? "tree" : "blob";
  const gitUrl = `${repositoryUrl(github, repository)}/git/${kind}s/${entry.sha}`;
  const page = `${repositoryPage(github, repository)}/${kind}/${encodeURIComponent(ref)}/${path}`;
  return {
    name: entry.path.split("/").at(-1),
    path: entry.path,
    sha: entry.sha,
    size: entry.sizeBytes ?? 0,
    url,
    html_url: page,
    git_url: gitUrl,
    download_url: kind === "tree" ? null : `${repositoryPage(github, repository)}/raw/${encodeURIComponent(ref)}/${path}`,
    type: typeOf(entry),
    _links: { self: url, git: gitUrl, html: page },
  };
}

function typeOf(entry: TreeEntry): string {
  if (entry.type === "tree") return "dir";
  if (entry.type === "commit") return "submodule";
  return entry.mode === "120000" ? "symlink" : "file";
}

const cleanPath = (path: string): string => path.replace(/^\/+|\/+$/g, "");
