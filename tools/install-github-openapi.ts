import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { extract } from "tar";
import { installOnce } from "./install-once.ts";
import { runStep } from "./run-step.ts";
import { type OnProgress, withProgress } from "./tool-progress.ts";

const VERSION = "23.0.2";

export const GITHUB_OPENAPI_FILE = "api.github.com.json";

export function githubOpenapiDirectory(cacheDir: string): string {
  return path.join(cacheDir, "tools", `github-openapi-${VERSION}`);
}

/**
 * Puts GitHub's published description of its REST API into the cache. The npm package unpacks to 467 MB, one file for every kind of
 * server, so it is no dependency: one file is taken out of it.
 * @throws {ToolError} when npm cannot fetch the package
 */
export async function installGithubOpenapi(cacheDir: string, onProgress: OnProgress): Promise<void> {
  await installOnce({
    directory: githubOpenapiDirectory(cacheDir),
    files: [GITHUB_OPENAPI_FILE],
    install: (into) => withProgress("fetching GitHub's API description", onProgress, () => fetchDescription(into)),
    onWaiting: () =>
      onProgress({ state: "ended", text: "GitHub's API description is being fetched by another process; waiting for it" }),
  });
}

async function fetchDescription(into: string): Promise<void> {
  await runStep({
    name: `github-openapi ${VERSION}: npm pack`,
    command: "npm",
    args: ["pack", "--silent", "--pack-destination", into, `@octokit/openapi@${VERSION}`],
    directory: into,
    timeLimitMinutes: 15,
    fix: "Mend what these lines name (often the network or a proxy), then run the same command again.",
  });
  const archive = (await readdir(into)).find((name) => name.endsWith(".tgz"));
  if (archive === undefined) throw new Error("npm pack ended well but left no archive");
  const wanted = `package/generated/${GITHUB_OPENAPI_FILE}`;
  await extract({ file: path.join(into, archive), cwd: into, strip: 2, filter: (name) => name === wanted, strict: true });
  await rm(path.join(into, archive));
}
