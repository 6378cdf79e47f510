import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { type CgroupTree, findCgroupTrees } from "./cgroup-trees.ts";
import { isOrdinaryUser, pathWithRootsPrograms } from "./own-users.ts";
import { DELEGATION, findWhatUserLacks, type Missing } from "./what-user-lacks.ts";

/** Programs that the node calls, and the package that has each on Debian. */
const PROGRAMS: Readonly<Record<string, string>> = {
  unshare: "util-linux",
  nsenter: "util-linux",
  mount: "mount",
  pivot_root: "util-linux",
  ip: "iproute2",
  nft: "nftables",
  conntrack: "conntrack",
  gcc: "gcc",
  mmdebstrap: "mmdebstrap",
};

/** What an ordinary user gets users of their own by. */
const ORDINARY_USERS_PROGRAMS: Readonly<Record<string, string>> = { newuidmap: "uidmap", newgidmap: "uidmap" };

/** What a kubelet cannot do without, in each version. */
const CONTROLLERS = { 1: ["cpu", "cpuacct", "cpuset", "memory", "pids"], 2: ["cpu", "memory", "pids"] } as const;

/** @returns why this machine cannot run the node of real containers, one reason each; none when it can */
export async function findWhatIsMissing(): Promise<string[]> {
  return (await findMissing()).map(({ reason, fix }) => (fix === undefined ? reason : `${reason} (${fix})`));
}

async function findMissing(): Promise<Missing[]> {
  if (process.platform !== "linux") return [{ reason: `containers need Linux, and this is ${process.platform}` }];
  const trees = await findCgroupTrees();
  const parts = [findMissingPrograms(), findMissingHeaders(), findMissingKernelParts(), findMissingCgroups(trees)];
  const missing = (await Promise.all(parts)).flat();
  return isOrdinaryUser() ? [...missing, ...(await findWhatUserLacks(trees, missing))] : missing;
}

const INSTALL_LIMIT_MS = 5 * 60_000;

/** Installs what apt has of it, as root on a machine that has apt. What is still missing then is found by looking again. */
export async function installWhatIsMissing(): Promise<void> {
  if (isOrdinaryUser()) return;
  const packages = new Set((await findMissing()).flatMap(({ debianPackage }) => debianPackage ?? []));
  if (packages.size === 0) return;
  const options = {
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "ignore",
    reject: false,
    timeout: INSTALL_LIMIT_MS,
  } as const;
  await execa("apt-get", ["update"], options);
  await execa("apt-get", ["install", "--yes", "--no-install-recommends", ...packages], options);
}

async function findMissingPrograms(): Promise<Missing[]> {
  const dirs = pathWithRootsPrograms().split(path.delimiter);
  const programs = { ...PROGRAMS, ...(isOrdinaryUser() ? ORDINARY_USERS_PROGRAMS : {}) };
  const found = await Promise.all(
    Object.entries(programs).map(async ([program, debianPackage]) => {
      const places = await Promise.all(dirs.map((dir) => isThere(path.join(dir, program), constants.X_OK)));
      return places.includes(true) ? [] : [inPackage(`there is no ${program}`, debianPackage)];
    }),
  );
  return found.flat();
}

/** runc is compiled against them. */
async function findMissingHeaders(): Promise<Missing[]> {
  const isInstalled = await isThere("/usr/include/seccomp.h", constants.R_OK);
  return isInstalled ? [] : [inPackage("there is no seccomp.h", "libseccomp-dev")];
}

function inPackage(reason: string, debianPackage: string): Missing {
  return { reason, fix: `${isOrdinaryUser() ? "sudo " : ""}apt-get install ${debianPackage}`, debianPackage };
}

async function findMissingKernelParts(): Promise<Missing[]> {
  if (!(await hasOverlay())) await tryOverlay();
  return (await hasOverlay()) ? [] : [{ reason: "the kernel has no overlay file system", fix: "modprobe overlay, as root" }];
}

async function hasOverlay(): Promise<boolean> {
  return /\toverlay$/m.test(await readFile("/proc/filesystems", "utf8"));
}

const TRIAL_LIMIT_MS = 10_000;

/**
 * Where nobody has used one since the machine started, its module is not loaded. Whoever tries to mount one has the kernel load it,
 * also as root among users of their own; that it is mounted is not needed.
 */
async function tryOverlay(): Promise<void> {
  const ownUsers = isOrdinaryUser() ? ["--user", "--map-root-user"] : [];
  const mount = ["mount", "-t", "overlay", "overlay", "/"];
  const options = { stdin: "ignore", reject: false, timeout: TRIAL_LIMIT_MS } as const;
  await execa("/usr/bin/unshare", [...ownUsers, "--mount", "--", ...mount], options);
}

async function findMissingCgroups(trees: readonly CgroupTree[]): Promise<Missing[]> {
  const [first] = trees;
  if (first === undefined) return [{ reason: "no control groups are mounted" }];
  const available =
    first.version === 1
      ? trees.flatMap(({ mountOptions }) => mountOptions.split(","))
      : (await readFile(path.join(first.home, "cgroup.controllers"), "utf8").catch(() => "")).trim().split(" ");
  const lacking = CONTROLLERS[first.version].filter((name) => !available.includes(name));
  const areWritable = await Promise.all(trees.map(({ home }) => isThere(home, constants.W_OK)));
  if (areWritable.includes(false)) return isOrdinaryUser() ? [] : [{ reason: "control groups are mounted read-only" }];
  if (lacking.length === 0) return [];
  return [
    { reason: `control groups lack ${lacking.join(", ")}`, ...(isOrdinaryUser() && first.version === 2 ? DELEGATION : {}) },
  ];
}

async function isThere(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}
