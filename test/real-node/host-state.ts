import { readdir, readFile } from "node:fs/promises";
import { execa } from "execa";
import { findCgroupTrees } from "../../app/local/node/cgroups.ts";

/** All of this machine that a node could leave something in: what a test compares before, while and after. */
export async function hostState() {
  const [mounts, links, routes, rules, trees] = await Promise.all([
    readFile("/proc/self/mountinfo", "utf8"),
    execa("ip", ["-o", "link"]),
    execa("ip", ["route", "show", "table", "all"]),
    execa("nft", ["list", "ruleset"]),
    findCgroupTrees(),
  ]);
  const groups = await Promise.all(trees.map(({ mountPoint }) => groupsIn(mountPoint)));
  return {
    mounts: mounts.trim().split("\n"),
    links: links.stdout.split("\n").map((line) => line.split(" ")[1]),
    routes: routes.stdout.split("\n").sort(),
    rules: rules.stdout,
    cgroups: groups.flat(),
    forwarding: (await readFile("/proc/sys/net/ipv4/ip_forward", "utf8")).trim(),
  };
}

/** Only those that a world makes: others come and go on a machine that does other work. */
async function groupsIn(mountPoint: string): Promise<string[]> {
  return (await readdir(mountPoint)).filter((name) => name.startsWith("campanile-")).map((name) => `${mountPoint}/${name}`);
}
