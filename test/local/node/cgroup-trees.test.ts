import { expect, test } from "vitest";
import { parseCgroupTrees } from "../../../app/local/node/cgroup-trees.ts";

/** Debian 12 with systemd, in a terminal of an ordinary user. */
const ONLY_VERSION_2 =
  "35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n";
const IN_A_SCOPE = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-r1.scope\n";

/** A virtual machine without systemd, with version 2 beside version 1. */
const BOTH_VERSIONS = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory,release_agent=/sbin/agent
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const OF_EACH = "9:name=systemd:/\n4:memory:/alice/one\n1:cpu,cpuacct:/alice\n0::/elsewhere\n";

test("version 2 alone is one tree; root makes groups at its top, an ordinary user below the group that they run in", () => {
  const tree = { version: 2, mountPoint: "/sys/fs/cgroup", mountOptions: "" };
  expect(parseCgroupTrees(ONLY_VERSION_2)).toEqual([{ ...tree, home: "/sys/fs/cgroup" }]);
  const home = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/run-r1.scope";
  expect(parseCgroupTrees(ONLY_VERSION_2, IN_A_SCOPE)).toEqual([{ ...tree, home }]);
});

test("whoever had to move down for a node still has the group above as home", () => {
  const moved = IN_A_SCOPE.replace("\n", "/campanile-starters\n");
  expect(parseCgroupTrees(ONLY_VERSION_2, moved)).toEqual(parseCgroupTrees(ONLY_VERSION_2, IN_A_SCOPE));
});

test("in a container that sees only its own part, a group is told from the part's top", () => {
  const part = ONLY_VERSION_2.replace("0:30 / ", "0:30 /docker/c1 ");
  expect(parseCgroupTrees(part, "0::/docker/c1/shell\n")[0]?.home).toBe("/sys/fs/cgroup/shell");
});

test("of version 1 there is a tree for each mount, and version 2 beside it does not count", () => {
  expect(parseCgroupTrees(BOTH_VERSIONS, OF_EACH)).toEqual([
    {
      version: 1,
      mountPoint: "/sys/fs/cgroup/cpu,cpuacct",
      mountOptions: "cpu,cpuacct",
      home: "/sys/fs/cgroup/cpu,cpuacct/alice",
    },
    { version: 1, mountPoint: "/sys/fs/cgroup/memory", mountOptions: "memory", home: "/sys/fs/cgroup/memory/alice/one" },
    { version: 1, mountPoint: "/sys/fs/cgroup/systemd", mountOptions: "none,name=systemd", home: "/sys/fs/cgroup/systemd" },
  ]);
});

test("a system without control groups has no tree", () => {
  expect(parseCgroupTrees("")).toEqual([]);
});
