import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** One tree of control groups. Version 1 has one for each controller or few, version 2 one for all. */
export interface CgroupTree {
  version: 1 | 2;
  /** Where this machine has it: `/sys/fs/cgroup/memory`. */
  mountPoint: string;
  /** How it is mounted again: `memory`, `cpu,cpuacct`, `none,name=systemd`; empty for version 2. */
  mountOptions: string;
}

/** A machine with version 1 may have version 2 beside it, without controllers: that one is no use to a kubelet. */
export async function findCgroupTrees(): Promise<CgroupTree[]> {
  const trees = (await readFile("/proc/self/mountinfo", "utf8")).split("\n").flatMap(parseMount);
  const first = trees.filter(({ version }) => version === 1);
  return first.length > 0 ? first : trees.slice(0, 1);
}

/** @see proc_pid_mountinfo(5) */
function parseMount(line: string): CgroupTree[] {
  const [before = "", after = ""] = line.split(" - ");
  const mountPoint = before.split(" ")[4] ?? "";
  const [type, , superOptions = ""] = after.split(" ");
  if (type === "cgroup2") return [{ version: 2, mountPoint, mountOptions: "" }];
  if (type !== "cgroup") return [];
  const controllers = superOptions.split(",").filter((option) => !["rw", "ro", "xattr", "clone_children"].includes(option));
  const options = controllers.filter((option) => !option.startsWith("release_agent="));
  return [{ version: 1, mountPoint, mountOptions: options.some(isNamed) ? ["none", ...options].join(",") : options.join(",") }];
}

function isNamed(option: string): boolean {
  return option.startsWith("name=");
}

/** The node's own part of each tree, with a place for its daemons in it. */
export interface NodeCgroups {
  trees: readonly CgroupTree[];
  /** What the node sees as the root, one folder in each tree. */
  folders: string[];
  /** Whoever writes its process id into these moves to the node's root. */
  rootProcs: string[];
  /** The same for daemons, which a kubelet wants apart from its pods. */
  daemonProcs: string[];
}

/** Where the node of a world has its part of each tree, whether it is there or not: one world at a time has a folder. */
export function nodeCgroupFolders(trees: readonly CgroupTree[], worldDir: string): string[] {
  const name = `campanile-${createHash("sha256").update(worldDir).digest("hex").slice(0, 12)}`;
  return trees.map(({ mountPoint }) => path.join(mountPoint, name));
}

/** Makes a part for the node in each tree, after ending whatever a world that was killed has left there. */
export async function createNodeCgroups(worldDir: string): Promise<NodeCgroups> {
  const trees = await findCgroupTrees();
  const folders = nodeCgroupFolders(trees, worldDir);
  await Promise.all(folders.map(removeCgroup));
  for (const [index, tree] of trees.entries()) await createPart(tree, folders[index] ?? "");
  const procs = (...below: string[]) => folders.map((folder) => path.join(folder, ...below, "cgroup.procs"));
  return { trees, folders, rootProcs: procs(), daemonProcs: procs("system") };
}

async function createPart(tree: CgroupTree, folder: string): Promise<void> {
  if (tree.version === 2) await giveControllers(tree.mountPoint);
  await mkdir(folder);
  if (tree.mountOptions.split(",").includes("cpuset")) {
    // Until these are set, nothing may run in there; its children take them over.
    for (const file of ["cpuset.cpus", "cpuset.mems"])
      await writeFile(path.join(folder, file), await readFile(path.join(tree.mountPoint, file), "utf8"));
    await writeFile(path.join(folder, "cgroup.clone_children"), "1");
  }
  await mkdir(path.join(folder, "system"));
}

/**
 * In version 2 a group that hands controllers to its children may hold no process itself, so those that began the node move down.
 * To be called once they have made the node's root theirs.
 */
export async function openToPods({ trees, folders }: NodeCgroups): Promise<void> {
  for (const [index, { version }] of trees.entries()) {
    const folder = folders[index] ?? "";
    if (version !== 2) continue;
    const init = path.join(folder, "init");
    await mkdir(init);
    for (const pid of await processesIn(folder)) await writeFile(path.join(init, "cgroup.procs"), String(pid));
    await giveControllers(folder);
  }
}

async function giveControllers(folder: string): Promise<void> {
  const controllers = (await readFile(path.join(folder, "cgroup.controllers"), "utf8")).trim().split(" ");
  await writeFile(path.join(folder, "cgroup.subtree_control"), controllers.map((name) => `+${name}`).join(" "));
}

const REMOVE_ATTEMPTS = 100;

/** Ends what runs in a group or below it, then removes it; one that is not there is fine. */
async function removeCgroup(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await killAndRemove(folder);
      return;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return;
      // Whoever was killed counts until its parent has noticed.
      if (codeOf(error) !== "EBUSY" || attempt === REMOVE_ATTEMPTS) throw error;
    }
    await pause(20);
  }
}

async function killAndRemove(folder: string): Promise<void> {
  for (const pid of await processesIn(folder)) kill(pid);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await killAndRemove(path.join(folder, entry.name));
  await rmdir(folder);
}

async function processesIn(folder: string): Promise<number[]> {
  return (await readFile(path.join(folder, "cgroup.procs"), "utf8")).split("\n").filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
