import { randomBytes } from "node:crypto";
import { archiveCommit } from "../git/archive.ts";
import { findCommit } from "../git/refs.ts";
import { notFound } from "../http/api-error.ts";
import type { Endpoint, Reply, RepositoryCall } from "../http/endpoint.ts";
import { fullName, type Repository } from "../state/repository.ts";

/** GitHub sends the reader on to another address, which knows by a token of its own that this reader may have it. */
export interface Archives {
  routes: Endpoint[];
  /** @returns undefined when the address was never given out */
  find: (token: string) => Promise<{ fileName: string; bytes: Buffer } | undefined>;
}

export function createArchives(): Archives {
  const granted = new Map<string, { repository: Repository; commit: string }>();

  async function redirect(call: RepositoryCall): Promise<Reply> {
    const { repository, github } = call;
    const commit = await findCommit(repository.gitDir, call.param("ref") || repository.defaultBranch);
    if (commit === undefined) throw notFound();
    const token = randomBytes(16).toString("hex");
    granted.set(token, { repository, commit });
    const location = `${github.baseUrl}/_codeload/${fullName(repository)}/legacy.tar.gz/${commit}?token=${token}`;
    return { status: 302, headers: { location } };
  }

  return {
    routes: [
      {
        method: "GET",
        path: "/repos/{owner}/{repo}/tarball/{ref}",
        access: "repository",
        role: "pull",
        permissions: [{ contents: "read" }],
        handle: redirect,
      },
    ],
    async find(token) {
      const grant = granted.get(token);
      if (!grant) return undefined;
      const folder = `${grant.repository.owner.login}-${grant.repository.name}-${grant.commit.slice(0, 7)}`;
      return { fileName: `${folder}.tar.gz`, bytes: await archiveCommit(grant.repository.gitDir, grant.commit, folder) };
    },
  };
}
