import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { giveControllers, openToPods } from "../../../app/local/node/cgroups.ts";

// The rules of version 2 hold for any controller that is in it, also on a machine that has most of them in version 1.
const HUGETLB = { top: await findTop(), name: "hugetlb" };
const canTry = process.getuid?.() === 0 && HUGETLB.top !== undefined;
const title = "a group with processes in it gives controllers to its children once those have moved down";

test.runIf(canTry)(
  canTry ? title : `${title} (not run: no control groups of version 2 with ${HUGETLB.name}, as root)`,
  async () => {
    const { top = "", name } = HUGETLB;
    const given = await read(top, "cgroup.subtree_control");
    await giveControllers(top, "unused");
    const folder = await mkdtemp(path.join(top, "campanile-test-"));
    const inside = spawn("sleep", ["infinity"]);
    onTestFinished(async () => {
      inside.kill("SIGKILL");
      await once(inside, "exit");
      await execa("find", [folder, "-depth", "-type", "d", "-delete"]);
      if (!given.includes(name)) await writeFile(path.join(top, "cgroup.subtree_control"), `-${name}`);
    });
    await writeFile(path.join(folder, "cgroup.procs"), String(inside.pid));
    // As the kernel has it.
    await expect(writeFile(path.join(folder, "cgroup.subtree_control"), `+${name}`)).rejects.toThrow("EBUSY");

    await openToPods({ trees: [treeAt(top)], folders: [folder], rootProcs: [], daemonProcs: [] });
    await mkdir(path.join(folder, "pods"));
    expect(await read(folder, "pods/cgroup.controllers")).toContain(name);
    expect(await read(folder, "cgroup.procs")).toBe("");
    expect(await read(folder, "init/cgroup.procs")).toBe(`${inside.pid}\n`);
    // Once more is no mistake.
    await giveControllers(folder, "init");
  },
);

function treeAt(top: string) {
  return { version: 2, mountPoint: top, mountOptions: "", home: top } as const;
}

async function read(folder: string, file: string): Promise<string> {
  return readFile(path.join(folder, file), "utf8");
}

async function findTop(): Promise<string | undefined> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  const [line] = mounts.split("\n").filter((each) => each.includes(" - cgroup2 "));
  const top = line?.split(" ")[4];
  if (top === undefined) return undefined;
  const controllers = await readFile(path.join(top, "cgroup.controllers"), "utf8").catch(() => "");
  return controllers.includes("hugetlb") ? top : undefined;
}
