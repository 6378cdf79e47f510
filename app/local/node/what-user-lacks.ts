import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import semver from "semver";
import type { CgroupTree } from "./cgroup-trees.ts";
import { asNodesRoot } from "./own-users.ts";

export interface Missing {
  reason: string;
  /** The command that changes it. */
  fix?: string;
  /** Of Debian, where it has it. */
  debianPackage?: string;
}

/** How systemd gives an ordinary user control groups of version 2. */
export const DELEGATION = {
  fix:
    "systemd-run --user --scope --property=Delegate=yes COMMAND; if that is not enough, sudo systemctl edit user@.service, " +
    "there under [Service] Delegate=cpu cpuset memory pids, then log in again",
};

/** Who images know, up to 65535. The user's own id stands for root's, and takes the place of the first of these. */
const IDS = 65_536;
/** Of Debian: what makes a namespace of users in which they are somebody. */
const ID_PACKAGES = ["uidmap", "util-linux"];
/** The first that lets somebody who is root in a namespace only put layers on top of each other. */
const OLDEST_KERNEL = "5.11.0";

/**
 * What root has anyway and an ordinary user has to be given, with the command that does.
 * @param lacking what is known to be missing already
 */
export async function findWhatUserLacks(trees: readonly CgroupTree[], lacking: readonly Missing[]): Promise<Missing[]> {
  const user = nameOfUser();
  const [ids, cgroups] = await Promise.all([findMissingIds(user), findForeignCgroups(trees, user)]);
  // Without ids, or the programs that map them, a trial would tell of nothing else.
  const canTry = ids.length === 0 && !lacking.some(({ debianPackage }) => ID_PACKAGES.includes(debianPackage ?? ""));
  const namespaces = canTry ? await findMissingNamespaces() : [];
  return [...findOldKernel(), ...ids, ...namespaces, ...cgroups];
}

function nameOfUser(): string {
  try {
    return os.userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}

function findOldKernel(): Missing[] {
  const isNewEnough = semver.gte(semver.coerce(os.release()) ?? "0.0.0", OLDEST_KERNEL);
  return isNewEnough
    ? []
    : [{ reason: `an ordinary user's containers need Linux ${OLDEST_KERNEL}, and this is ${os.release()}` }];
}

async function findMissingIds(user: string): Promise<Missing[]> {
  const files = ["/etc/subuid", "/etc/subgid"];
  const enough = await Promise.all(files.map(async (file) => hasEnoughIds(await readFile(file, "utf8").catch(() => ""), user)));
  if (enough.every(Boolean)) return [];
  const lacking = files.filter((_, index) => !enough[index]).join(" and ");
  return [
    {
      reason: `${lacking} give${lacking.includes(" ") ? "" : "s"} ${user} no ${IDS} ids in one row`,
      fix: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}, or other ids that nobody has`,
    },
  ];
}

/**
 * Only the first row counts: what maps it takes no other.
 * @param table a row for each range, `user:first:count`; the user by name or number
 * @see subuid(5)
 */
export function hasEnoughIds(table: string, user: string, uid = process.getuid?.()): boolean {
  const rows = table.split("\n").map((row) => row.split(":"));
  const [, , count = "0"] = rows.find(([owner]) => owner === user || owner === String(uid)) ?? [];
  return Number(count) >= IDS;
}

const TRIAL_LIMIT_MS = 10_000;

/** Whether this machine lets them have namespaces is best told by a trial: there is more than one way to forbid it. */
async function findMissingNamespaces(): Promise<Missing[]> {
  const [command, ...args] = asNodesRoot(["unshare", "--net", "--mount", "--pid", "--cgroup", "--fork", "--mount-proc", "true"]);
  const trial = await execa(command, args, { stdin: "ignore", reject: false, timeout: TRIAL_LIMIT_MS });
  if (!trial.failed) return [];
  const [why = trial.shortMessage] = trial.stderr?.split("\n") ?? [];
  return [
    {
      reason: `this machine gives ordinary users no namespaces: ${why}`,
      fix: "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu, kernel.unprivileged_userns_clone=1 on an old Debian",
    },
  ];
}

async function findForeignCgroups(trees: readonly CgroupTree[], user: string): Promise<Missing[]> {
  const areOwn = await Promise.all(trees.map(({ home }) => isOwn(home)));
  const foreign = trees.flatMap(({ home }, index) => (areOwn[index] ? [] : [home]));
  if (foreign.length === 0) return [];
  const reason = `the control groups that this runs in are not ${user}'s: ${foreign.join(", ")}`;
  const byHand = `as root, for each of them: mkdir GROUP below it, chown -R ${user} GROUP, and write a shell's id into its cgroup.procs`;
  return [{ reason, ...(trees[0]?.version === 2 ? DELEGATION : { fix: byHand }) }];
}

/** Who may make groups in one and put processes there. */
async function isOwn(group: string): Promise<boolean> {
  return Promise.all([group, path.join(group, "cgroup.procs")].map((file) => access(file, constants.W_OK))).then(
    () => true,
    () => false,
  );
}
