// The first process of the node, inside namespaces of its own for network, mounts, processes, host name and control groups. It
// sets them up, then sleeps. When it ends, however it does, the system ends every process of the node, and mounts, addresses and
// rules are gone with their namespaces.
import { writeFileSync } from "node:fs";
import { lstat, mkdir, readlink, symlink } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { CgroupTree } from "./cgroup-trees.ts";
import { NODE_ADDRESS, NODE_NAME, SERVICE_RANGE } from "./node-network.ts";

/** Given in JSON as the only argument. */
export interface NodeSetup {
  /** An empty folder on this machine, over which the throw-away root is mounted. */
  scratchDir: string;
  /** Folders of this machine that the node sees at the same place, and may write to. */
  shared: readonly string[];
  /** Where the node's own folders are kept, by their place inside. */
  kept: Readonly<Record<string, string>>;
  cgroupTrees: readonly CgroupTree[];
}

type Mount = (...args: string[]) => Promise<void>;

const SCRATCH_LIMIT = "512m";
/** Where this machine has its programs and libraries, as far as it has such a folder; some are links. */
const SYSTEM_FOLDERS = ["bin", "etc", "lib", "lib32", "lib64", "libx32", "nix", "sbin", "usr"];

async function main(): Promise<void> {
  const setup: NodeSetup = JSON.parse(process.argv[2] ?? "");
  await run("hostname", NODE_NAME);
  await mountRoot(setup);
  await setUpNetwork();
  process.stdout.write("The node is ready for its daemons\n", becomeFirstProcess);
}

/**
 * In memory, with this machine's system folders in it, read only: no overlay over the machine's own root, which an ordinary user may
 * not have everywhere.
 */
async function mountRoot({ scratchDir: root, shared, kept, cgroupTrees }: NodeSetup): Promise<void> {
  const mount = (...args: string[]) => run("mount", ...args);
  await mount("--make-rprivate", "/");
  await mount("-t", "tmpfs", "-o", `mode=755,size=${SCRATCH_LIMIT}`, "tmpfs", root);
  for (const name of SYSTEM_FOLDERS) await showSystemFolder(root, name, mount);
  for (const name of ["proc", "dev", "run", "sys", ".old"]) await mkdir(path.join(root, name));
  await mkdir(path.join(root, "tmp"));
  await run("chmod", "1777", path.join(root, "tmp"));
  for (const [inside, outside] of [...shared.map((dir) => [dir, dir] as const), ...Object.entries(kept)]) {
    await mkdir(path.join(root, inside), { recursive: true });
    await mount("--rbind", outside, path.join(root, inside));
  }
  await mount("-t", "proc", "proc", path.join(root, "proc"));
  await mount("--rbind", "/dev", path.join(root, "dev"));
  await mount("-t", "tmpfs", "-o", "mode=755", "run", path.join(root, "run"));
  await mount("-t", "sysfs", "sysfs", path.join(root, "sys"));
  await mountCgroups(path.join(root, "sys/fs/cgroup"), cgroupTrees, mount);
  await execa("pivot_root", [".", ".old"], { cwd: root });
  process.chdir("/");
  await mount("--make-rprivate", "/.old");
  await run("umount", "--lazy", "/.old");
  // The kubelet wants mounts to spread; they spread no further than this namespace.
  await mount("--make-rshared", "/");
}

async function showSystemFolder(root: string, name: string, mount: Mount): Promise<void> {
  const [own, inside] = [path.join("/", name), path.join(root, name)];
  const found = await lstat(own).catch(() => undefined);
  if (found?.isSymbolicLink()) return symlink(await readlink(own), inside);
  if (!found?.isDirectory()) return;
  await mkdir(inside);
  await mount("--rbind", own, inside);
  await mount("-o", "remount,bind,ro", inside);
}

async function mountCgroups(at: string, trees: readonly CgroupTree[], mount: Mount): Promise<void> {
  const [only] = trees;
  if (only?.version === 2) return mount("-t", "cgroup2", "cgroup", at);
  await mount("-t", "tmpfs", "-o", "mode=755", "cgroup", at);
  for (const { mountPoint, mountOptions } of trees) {
    const dir = path.join(at, path.basename(mountPoint));
    await mkdir(dir);
    await mount("-t", "cgroup", "-o", mountOptions, "cgroup", dir);
  }
}

/** No default route: what tries to leave fails at once. */
async function setUpNetwork(): Promise<void> {
  const ip = (...args: string[]) => run("ip", ...args);
  await ip("link", "set", "lo", "up");
  // A device to carry the node's address. Not every kernel has dummy ones; an empty bridge does the same.
  await ip("link", "add", "node0", "type", "bridge");
  await ip("address", "add", `${NODE_ADDRESS}/24`, "dev", "node0");
  await ip("link", "set", "node0", "up");
  await ip("route", "add", SERVICE_RANGE, "dev", "node0");
  writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
}

async function run(command: string, ...args: string[]): Promise<void> {
  await execa(command, args, { stdin: "ignore" });
}

/** Whoever loses its parent becomes a child of this process. One that ignores SIGCHLD need not look after them. */
function becomeFirstProcess(): void {
  process.execve?.("/usr/bin/env", ["env", "--ignore-signal=CHLD", "sleep", "infinity"], process.env);
}

await main();
