import { readFile } from "node:fs/promises";
import path from "node:path";
import { isOrdinaryUser } from "./own-users.ts";

/** One tree of control groups. Version 1 has one for each controller or few, version 2 one for all. */
export interface CgroupTree {
  version: 1 | 2;
  /** Where this machine has it: `/sys/fs/cgroup/memory`. */
  mountPoint: string;
  /** How it is mounted again: `memory`, `cpu,cpuacct`, `none,name=systemd`; empty for version 2. */
  mountOptions: string;
  /** The group below which a node gets its own: for root the uppermost, for an ordinary user the one that they run in. */
  home: string;
}

export async function findCgroupTrees(): Promise<CgroupTree[]> {
  const [mounts, ownGroups] = await Promise.all(
    ["mountinfo", "cgroup"].map((name) => readFile(`/proc/self/${name}`, "utf8").catch(() => "")),
  );
  return parseCgroupTrees(mounts ?? "", isOrdinaryUser() ? ownGroups : undefined);
}

/** Below the group of whoever starts a node, the place of those who may not stay in a group that hands on its controllers. */
export const STARTERS = "campanile-starters";

/**
 * A machine with version 1 may have version 2 beside it, without controllers: that one is no use to a kubelet.
 * @param mounts as in `/proc/self/mountinfo`
 * @param ownGroups as in `/proc/self/cgroup`, of a user who has no more than these; left out for root, who has all
 */
export function parseCgroupTrees(mounts: string, ownGroups?: string): CgroupTree[] {
  const trees = mounts.split("\n").flatMap((line) => parseMount(line, ownGroups));
  const first = trees.filter(({ version }) => version === 1);
  return first.length > 0 ? first : trees.slice(0, 1);
}

/** @see proc_pid_mountinfo(5) */
function parseMount(line: string, ownGroups: string | undefined): CgroupTree[] {
  const [before = "", after = ""] = line.split(" - ");
  const [, , , mountedGroup = "/", mountPoint = ""] = before.split(" ");
  const [type, , superOptions = ""] = after.split(" ");
  if (type !== "cgroup2" && type !== "cgroup") return [];
  const controllers = superOptions.split(",").filter((option) => !["rw", "ro", "xattr", "clone_children"].includes(option));
  const options = type === "cgroup2" ? [] : controllers.filter((option) => !option.startsWith("release_agent="));
  const home = ownGroups === undefined ? mountPoint : path.join(mountPoint, ownGroupOf(options, ownGroups, mountedGroup));
  const mountOptions = options.some(isNamed) ? ["none", ...options].join(",") : options.join(",");
  return [{ version: type === "cgroup2" ? 2 : 1, mountPoint, mountOptions, home }];
}

/**
 * @param mountedGroup what a mount shows as its uppermost group
 * @see cgroups(7), "/proc/pid/cgroup": `4:memory:/a/b`, and `0::/a/b` for version 2
 */
function ownGroupOf(options: readonly string[], ownGroups: string, mountedGroup: string): string {
  const lines = ownGroups.split("\n").map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? []);
  const [, , group = "/"] = lines.find(([, names]) => names !== undefined && haveOneInCommon(names.split(","), options)) ?? [];
  const shown = path.relative(mountedGroup, group);
  return path.basename(shown) === STARTERS ? path.dirname(shown) : shown;
}

function haveOneInCommon(names: readonly string[], options: readonly string[]): boolean {
  return options.length === 0 ? names[0] === "" : names.some((name) => options.includes(name));
}

function isNamed(option: string): boolean {
  return option.startsWith("name=");
}
