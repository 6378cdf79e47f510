import { access, readFile } from "node:fs/promises";
import { execa } from "execa";
import { findCgroupTrees } from "../../app/local/node/cgroup-trees.ts";
import { nodeCgroupFolders } from "../../app/local/node/cgroups.ts";

/**
 * All of this machine that a node could leave something in: what a test compares before, while and after.
 * @param worldDir of the world whose node it is; others may run beside it
 */
export async function hostState(worldDir: string) {
  const [mounts, links, routes, rules, trees] = await Promise.all([
    readFile("/proc/self/mountinfo", "utf8"),
    execa("ip", ["-o", "link"]),
    execa("ip", ["route", "show", "table", "all"]),
    // Only root may read them, and only root could have left some.
    execa("nft", ["list", "ruleset"], { reject: false }),
    findCgroupTrees(),
  ]);
  const folders = nodeCgroupFolders(trees, worldDir);
  const cgroups = await Promise.all(
    folders.map((folder) =>
      access(folder).then(
        () => [folder],
        () => [],
      ),
    ),
  );
  return {
    mounts: mounts.trim().split("\n"),
    links: links.stdout.split("\n").map((line) => line.split(" ")[1]),
    routes: routes.stdout.split("\n").sort(),
    rules: rules.stdout,
    cgroups: cgroups.flat(),
    forwarding: (await readFile("/proc/sys/net/ipv4/ip_forward", "utf8")).trim(),
  };
}
