import { z } from "zod";
import { isAncestor } from "../git/merge.ts";
import { findObject } from "../git/objects.ts";
import { deleteRef, findRef, type GitRef, isValidRefName, listRefs, updateRef } from "../git/refs.ts";
import { notFound, unprocessable } from "../http/api-error.ts";
import { created, noContent, ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { repositoryUrl } from "../present/repository.ts";
import { nodeId } from "../present/times.ts";
import { noteRefChanges } from "../refs/note-ref-changes.ts";

const read = { access: "repository", role: "pull", permissions: [{ contents: "read" }] } as const;
const write = { access: "repository", role: "push", permissions: [{ contents: "write" }] } as const;

export const gitRefRoutes: RepositoryEndpoint[] = [
  { method: "GET", path: "/repos/{owner}/{repo}/git/ref/{ref}", ...read, handle: get },
  { method: "GET", path: "/repos/{owner}/{repo}/git/matching-refs/{ref}", ...read, handle: listMatching },
  { method: "POST", path: "/repos/{owner}/{repo}/git/refs", ...write, handle: create },
  { method: "PATCH", path: "/repos/{owner}/{repo}/git/refs/{ref}", ...write, handle: update },
  { method: "DELETE", path: "/repos/{owner}/{repo}/git/refs/{ref}", ...write, handle: remove },
];

async function get(call: RepositoryCall) {
  const ref = await findRef(call.repository.gitDir, `refs/${call.param("ref")}`);
  if (!ref) throw notFound();
  return ok(present(call, ref));
}

async function listMatching(call: RepositoryCall) {
  const prefix = `refs/${call.param("ref")}`;
  const refs = await listRefs(call.repository.gitDir);
  return ok(refs.filter((ref) => ref.name.startsWith(prefix)).map((ref) => present(call, ref)));
}

async function create(call: RepositoryCall) {
  const { gitDir } = call.repository;
  const { ref, sha } = call.body(z.object({ ref: z.string(), sha: z.string() }));
  if (!/^refs\/[^/]+\/./.test(ref) || !(await isValidRefName(gitDir, ref)))
    throw unprocessable(`${ref} is not a valid ref name.`);
  await requireObject(call, sha);
  await call.repository.exclusive(async () => {
    if (!(await updateRef(gitDir, ref, sha, undefined))) throw unprocessable("Reference already exists");
    await noteRefChanges(call.github, call.repository, [{ name: ref, before: undefined, after: sha }], call.sender());
  });
  return created(present(call, await refOr404(call, ref)));
}

async function update(call: RepositoryCall) {
  const { gitDir } = call.repository;
  const name = `refs/${call.param("ref")}`;
  const { sha, force } = call.body(z.object({ sha: z.string(), force: z.boolean().default(false) }));
  await requireObject(call, sha);
  await call.repository.exclusive(async () => {
    const current = await findRef(gitDir, name);
    if (!current) throw unprocessable("Reference does not exist");
    if (!force && !(await isAncestor(gitDir, current.sha, sha))) throw unprocessable("Update is not a fast forward");
    await updateRef(gitDir, name, sha, current.sha);
    await noteRefChanges(call.github, call.repository, [{ name, before: current.sha, after: sha }], call.sender());
  });
  return ok(present(call, await refOr404(call, name)));
}

async function remove(call: RepositoryCall) {
  const { gitDir } = call.repository;
  const name = `refs/${call.param("ref")}`;
  await call.repository.exclusive(async () => {
    const current = await findRef(gitDir, name);
    if (!current) throw unprocessable("Reference does not exist");
    await deleteRef(gitDir, name);
    await noteRefChanges(call.github, call.repository, [{ name, before: current.sha, after: undefined }], call.sender());
  });
  return noContent();
}

async function requireObject(call: RepositoryCall, sha: string): Promise<void> {
  if (!(await findObject(call.repository.gitDir, sha))) throw unprocessable("Object does not exist");
}

async function refOr404(call: RepositoryCall, name: string): Promise<GitRef> {
  const ref = await findRef(call.repository.gitDir, name);
  if (!ref) throw notFound();
  return ref;
}

function present(call: RepositoryCall, ref: GitRef) {
  const api = repositoryUrl(call.github, call.repository);
  return {
    ref: ref.name,
    node_id: nodeId("Ref", `${call.repository.id}:${ref.name}`),
    url: `${api}/git/${ref.name}`,
    object: { sha: ref.sha, type: ref.type, url: `${api}/git/${ref.type}s/${ref.sha}` },
  };
}
