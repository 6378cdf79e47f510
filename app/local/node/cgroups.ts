import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type CgroupTree, findCgroupTrees, STARTERS } from "./cgroup-trees.ts";

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
  return trees.map(({ home }) => path.join(home, name));
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
  await createGroup(tree, folder);
  await mkdir(path.join(folder, "system"));
}

/** Makes a group below the home of a tree, in which processes may run and have limits. */
export async function createGroup(tree: CgroupTree, folder: string): Promise<void> {
  if (tree.version === 2) await giveControllers(tree.home, STARTERS);
  await mkdir(folder);
  if (!tree.mountOptions.split(",").includes("cpuset")) return;
  // Until these are set, nothing may run in there; its children take them over.
  for (const file of ["cpuset.cpus", "cpuset.mems"])
    await writeFile(path.join(folder, file), await readFile(path.join(tree.home, file), "utf8"));
  await writeFile(path.join(folder, "cgroup.clone_children"), "1");
}

/** To be called once those that began the node have made its root theirs. */
export async function openToPods({ trees, folders }: NodeCgroups): Promise<void> {
  for (const [index, { version }] of trees.entries()) if (version === 2) await giveControllers(folders[index] ?? "", "init");
}

/** What a kubelet sets limits of, as far as there is any. */
const CONTROLLERS = ["cpu", "cpuset", "hugetlb", "io", "memory", "pids"];
const GIVE_ATTEMPTS = 100;

/**
 * Lets the children of a group of version 2 have what limits are set by, but for what they have already. A group that does so may hold
 * no process itself, unless it is the machine's uppermost: then those in it move down first.
 * @param leaf the name of the group that they move to
 * @see cgroups(7), "no internal processes" rule
 */
export async function giveControllers(folder: string, leaf: string): Promise<void> {
  const [available, given] = await Promise.all(["controllers", "subtree_control"].map((name) => controllersIn(folder, name)));
  const lacking = CONTROLLERS.filter((name) => available?.includes(name) && !given?.includes(name));
  for (let attempt = 1; lacking.length > 0; attempt++) {
    try {
      return await writeFile(path.join(folder, "cgroup.subtree_control"), lacking.map((name) => `+${name}`).join(" "));
    } catch (error) {
      // Whoever starts another process meanwhile has to be moved again.
      if (codeOf(error) !== "EBUSY" || attempt === GIVE_ATTEMPTS) throw error;
    }
    await moveDown(folder, leaf);
  }
}

async function controllersIn(folder: string, name: string): Promise<string[]> {
  return (await readFile(path.join(folder, `cgroup.${name}`), "utf8")).trim().split(" ");
}

async function moveDown(folder: string, leaf: string): Promise<void> {
  await mkdir(path.join(folder, leaf), { recursive: true });
  for (const pid of await processesIn(folder)) {
    await writeFile(path.join(folder, leaf, "cgroup.procs"), String(pid)).catch((error: unknown) => {
      // It has ended in the meantime.
      if (codeOf(error) !== "ESRCH") throw error;
    });
  }
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
