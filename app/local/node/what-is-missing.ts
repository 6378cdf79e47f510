import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { findCgroupTrees } from "./cgroups.ts";

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

/** What a kubelet on version 1 cannot do without. */
const CONTROLLERS = ["cpu", "cpuacct", "cpuset", "memory", "pids"];

/** @returns why this machine cannot run the node of real containers, one reason each; none when it can */
export async function findWhatIsMissing(): Promise<string[]> {
  return (await findMissing()).map(({ reason, debianPackage }) =>
    debianPackage === undefined ? reason : `${reason} (apt-get install ${debianPackage})`,
  );
}

interface Missing {
  reason: string;
  debianPackage?: string;
}

async function findMissing(): Promise<Missing[]> {
  if (process.platform !== "linux") return [{ reason: `containers need Linux, and this is ${process.platform}` }];
  if (process.getuid?.() !== 0)
    return [{ reason: "namespaces and control groups are set up by root, and this is an ordinary user" }];
  const [programs, headers, kernel] = await Promise.all([findMissingPrograms(), findMissingHeaders(), findMissingKernelParts()]);
  return [...programs, ...headers, ...kernel.map((reason) => ({ reason }))];
}

const INSTALL_LIMIT_MS = 5 * 60_000;

/** Installs what apt has of it, on a machine that has apt. What is still missing then is found by looking again. */
export async function installWhatIsMissing(): Promise<void> {
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
  const dirs = (process.env.PATH ?? "").split(path.delimiter);
  const found = await Promise.all(
    Object.entries(PROGRAMS).map(async ([program, debianPackage]) => {
      const places = await Promise.all(dirs.map((dir) => isThere(path.join(dir, program), constants.X_OK)));
      return places.includes(true) ? [] : [{ reason: `there is no ${program}`, debianPackage }];
    }),
  );
  return found.flat();
}

/** runc is compiled against them. */
async function findMissingHeaders(): Promise<Missing[]> {
  const isInstalled = await isThere("/usr/include/seccomp.h", constants.R_OK);
  return isInstalled ? [] : [{ reason: "there is no seccomp.h", debianPackage: "libseccomp-dev" }];
}

async function findMissingKernelParts(): Promise<string[]> {
  const fileSystems = await readFile("/proc/filesystems", "utf8");
  const overlay = /\toverlay$/m.test(fileSystems) ? [] : ["the kernel has no overlay file system (modprobe overlay)"];
  const trees = await findCgroupTrees();
  if (trees.length === 0) return [...overlay, "no control groups are mounted"];
  const mounted = new Set(trees.flatMap(({ mountOptions }) => mountOptions.split(",")));
  const controllers = trees[0]?.version === 2 ? [] : CONTROLLERS.filter((name) => !mounted.has(name));
  const places = await Promise.all(trees.map(({ mountPoint }) => isThere(mountPoint, constants.W_OK)));
  return [
    ...overlay,
    ...(controllers.length > 0 ? [`control groups lack ${controllers.join(", ")}`] : []),
    ...(places.includes(false) ? ["control groups are mounted read-only"] : []),
  ];
}

async function isThere(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}
