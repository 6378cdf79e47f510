// As root, in a mount namespace of its own, so that this machine never knows of that user: makes somebody up who has a home and perhaps
// subordinate ids, moves to their control groups, becomes them, and then Node. Given in JSON as the only argument.
import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

export interface OrdinaryUser {
  name: string;
  /** User and group. */
  id: number;
  /** A row of /etc/subuid and /etc/subgid; they have none when it is left out. */
  subordinateIds?: string;
  /** An empty folder that everybody may enter; gets `home`, and `project`, where they see this one. */
  place: string;
  /** A folder of their own that they see as the cache of tools and images. */
  cache: string;
  /** In each tree, the one that they run in. */
  cgroups: readonly string[];
  nodeArgs: readonly string[];
}

const { name, id, subordinateIds, place, cache, cgroups, nodeArgs }: OrdinaryUser = JSON.parse(process.argv[2] ?? "");
const ownProject = path.resolve(import.meta.dirname, "../..");
const [home, project] = [path.join(place, "home"), path.join(place, "project")];

addRow("/etc/passwd", `${name}:x:${id}:${id}::${home}:/bin/sh`);
if (subordinateIds !== undefined) for (const file of ["/etc/subuid", "/etc/subgid"]) addRow(file, subordinateIds);
mkdirSync(home, { recursive: true });
chownSync(home, id, id);
showFolder(ownProject, project);
showFolder(cache, path.join(home, ".cache/campanile"));
for (const group of cgroups) writeFileSync(path.join(group, "cgroup.procs"), "0");

process.setgroups?.([]);
process.setgid?.(id);
process.setuid?.(id);
process.chdir(home);
const node = path.join(project, path.relative(ownProject, process.execPath));
process.execve?.(node, [node, "--disable-warning=ExperimentalWarning", ...nodeArgs], { PATH: "/usr/bin:/bin", HOME: home });

function addRow(file: string, row: string): void {
  const changed = path.join(place, path.basename(file));
  writeFileSync(changed, `${readFileSync(file, "utf8")}${row}\n`);
  execFileSync("mount", ["--bind", changed, file]);
}

function showFolder(folder: string, at: string): void {
  mkdirSync(at, { recursive: true });
  execFileSync("mount", ["--bind", folder, at]);
}
