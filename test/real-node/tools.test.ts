import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { type BinaryName, ensureTools, REAL_NODE_TOOLS } from "../../tools/install-tools.ts";
import { onRealNode } from "./where-possible.ts";

onRealNode("the tools of a real node", () => {
  test.each([
    ["kubelet", ["--version"], "kubelet"],
    ["kube-proxy", ["--version"], "kubelet"],
    ["containerd", ["--version"], "containerd"],
    ["containerd-shim-runc-v2", ["-v"], "containerd"],
    ["ctr", ["--version"], "containerd"],
    ["runc", ["--version"], "runc"],
    ["coredns", ["-version"], "coredns"],
  ] as const satisfies readonly [BinaryName, readonly string[], string][])(
    "%s runs and says the version of its folder",
    async (binary, args, tool) => {
      const paths = await ensureTools(REAL_NODE_TOOLS);
      const version = new RegExp(`/${tool}-([\\d.]+)-`).exec(paths[binary])?.[1];
      expect((await execa(paths[binary], args)).stdout).toContain(version);
    },
  );

  test("runc knows seccomp, which the default profile of a pod is made of", async () => {
    const { runc } = await ensureTools(["runc"]);
    expect((await execa(runc, ["--version"])).stdout).toMatch(/^libseccomp: \d/m);
    expect(JSON.parse((await execa(runc, ["features"])).stdout)).toMatchObject({ linux: { seccomp: { enabled: true } } });
  });

  test.each(["ptp", "loopback", "host-local"] as const)("%s answers as a CNI plugin", async (plugin) => {
    const paths = await ensureTools(["cni"]);
    const input = JSON.stringify({ cniVersion: "1.0.0" });
    const { stdout } = await execa(paths[plugin], { input, env: { CNI_COMMAND: "VERSION" } });
    expect(JSON.parse(stdout).supportedVersions).toContain("1.0.0");
    expect(path.basename(paths[plugin])).toBe(plugin);
  });
});
