import { chown, mkdir, mkdtemp, readdir, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { findCgroupTrees } from "../../app/local/node/cgroup-trees.ts";
import { createGroup } from "../../app/local/node/cgroups.ts";
import { userCacheDir } from "../../tools/install-tools.ts";
import type { OrdinaryUser } from "./become-ordinary-user.ts";

export interface MadeUpUser {
  id: number;
  home: string;
  /** Where they see this project. */
  project: string;
  /** What starts Node as them. */
  command(nodeArgs: readonly string[], has?: "all that a node needs" | "nothing"): [string, ...string[]];
  /** Control groups below theirs, on all trees. */
  groups(): Promise<string[]>;
  /** Files in their home that belong to others, users or groups, but for root of this machine. */
  foreignFiles(): Promise<string[]>;
  remove(): Promise<void>;
}

const NAME = "campanile-student";
const ID = 54_321;
const FIRST_SUBORDINATE_ID = 1_000_000_000;

/** To be made by root: somebody with what an ordinary user has to be given, of whom this machine knows nothing. */
export async function makeUpUser(): Promise<MadeUpUser> {
  const place = await mkdtemp(path.join(tmpdir(), "campanile-user-"));
  await execa("chmod", ["755", place]);
  const cache = await linkCache();
  const trees = await findCgroupTrees();
  const cgroups = trees.map(({ home }) => path.join(home, NAME));
  for (const [index, tree] of trees.entries()) await createGroup(tree, cgroups[index] ?? "");
  for (const group of cgroups) await execa("chown", ["--recursive", `${ID}:${ID}`, group]);
  const home = path.join(place, "home");
  return {
    id: ID,
    home,
    project: path.join(place, "project"),
    command(nodeArgs, has = "all that a node needs") {
      const granted = has === "nothing" ? {} : { subordinateIds: `${NAME}:${FIRST_SUBORDINATE_ID}:65536` };
      const user: OrdinaryUser = {
        name: NAME,
        id: ID,
        place,
        cache,
        cgroups: has === "nothing" ? [] : cgroups,
        nodeArgs,
        ...granted,
      };
      const program = path.join(import.meta.dirname, "become-ordinary-user.ts");
      const become = [process.execPath, "--disable-warning=ExperimentalWarning", program, JSON.stringify(user)];
      return ["unshare", "--mount", "--propagation", "private", ...become];
    },
    groups: async () => (await Promise.all(cgroups.map(foldersIn))).flat(),
    async foreignFiles() {
      const own = ["-uid", String(ID), "-gid", String(ID)];
      const { stdout } = await execa("find", [home, "!", "-uid", "0", "!", "(", ...own, ")"]);
      return stdout.split("\n").filter(Boolean);
    },
    async remove() {
      for (const group of cgroups) await rmdir(group);
      await Promise.all([place, cache].map((dir) => rm(dir, { recursive: true, force: true })));
    },
  };
}

/** Tools and images are not built anew, nor copied, so the links are on the same disk. */
async function linkCache(): Promise<string> {
  const cache = await mkdtemp(path.join(userCacheDir(), "of-an-ordinary-user-"));
  await chown(cache, ID, ID);
  for (const name of ["tools", "images"]) {
    await mkdir(path.join(cache, name));
    await execa("cp", ["--archive", "--link", path.join(userCacheDir(), name), cache]);
    await execa("find", [path.join(cache, name), "-type", "d", "-exec", "chown", `${ID}:${ID}`, "{}", "+"]);
  }
  return cache;
}

async function foldersIn(group: string): Promise<string[]> {
  const entries = await readdir(group, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(group, entry.name));
}
