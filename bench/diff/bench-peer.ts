import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import pLimit from "p-limit";
import type { Release } from "../../app/domain/release.ts";
import type { ToolPaths } from "../../tools/install-tools.ts";
import { childrenCpuMs } from "../children-cpu.ts";
import { valuesOf } from "./open-cluster.ts";

interface PeerOptions {
  folder: string;
  tools: ToolPaths;
  kubeconfig: string;
  chart: string;
  atOnce: number;
}

export interface PeerFigures {
  wallMs: number;
  /** Lines of all diffs together. */
  lines: number;
}

/** The peer, `helm diff upgrade`: what Helm stored of the release beside what it renders now. */
export async function benchHelmDiff(
  helmDiff: string,
  releases: readonly Release[],
  { tools, kubeconfig, chart, ...options }: PeerOptions,
): Promise<PeerFigures> {
  return diffAll(releases, options, async ({ id, namespace }, values) => {
    // As Helm calls a plugin.
    const env = { HELM_BIN: tools.helm, HELM_NAMESPACE: namespace, KUBECONFIG: kubeconfig, HELM_DIFF_COLOR: "false" };
    const given = ["--dry-run=server", "--disable-openapi-validation", "--values", values];
    const { stdout } = await execa(helmDiff, ["upgrade", "--context", "3", ...given, id, chart], { env });
    return stdout;
  });
}

/** The peer's stand-in: of each release `helm template` against the cluster, and `kubectl diff --server-side` of what it prints. */
export async function benchKubectlDiff(
  releases: readonly Release[],
  { tools, kubeconfig, chart, ...options }: PeerOptions,
): Promise<PeerFigures> {
  return diffAll(releases, options, async ({ id, namespace }, values) => {
    const { stdout: rendered } = await execa(tools.helm, template(id, namespace, values, kubeconfig, chart));
    const manager = ["--server-side", "--force-conflicts", "--field-manager", "helm"];
    const args = ["--kubeconfig", kubeconfig, "--namespace", namespace, "diff", ...manager, "-f", "-"];
    const { exitCode, stdout, stderr } = await execa(tools.kubectl, args, { input: rendered, reject: false });
    // 1 says that there is a difference.
    if (exitCode !== 0 && exitCode !== 1) throw new Error(`kubectl diff failed: ${stderr.slice(0, 500)}`);
    return stdout;
  });
}

/** Peers know neither which releases a change touches nor what was deployed before, so they look at all of them. */
async function diffAll(
  releases: readonly Release[],
  { folder, atOnce }: Pick<PeerOptions, "folder" | "atOnce">,
  diff: (release: Release, valuesFile: string) => Promise<string>,
): Promise<PeerFigures> {
  const files = await writeValues(folder, releases);
  const limit = pLimit(atOnce);
  const startedAt = performance.now();
  const diffs = await Promise.all(releases.map((release, index) => limit(() => diff(release, files[index] ?? ""))));
  const wallMs = performance.now() - startedAt;
  return { wallMs, lines: diffs.reduce((sum, text) => sum + (text === "" ? 0 : text.split("\n").length), 0) };
}

/** @returns the processor time of `helm template` alone, where the system tells it */
export async function helmTemplateCpuMs(
  releases: readonly Release[],
  { folder, tools, kubeconfig, chart, atOnce }: PeerOptions,
): Promise<number | undefined> {
  const files = await writeValues(folder, releases);
  const limit = pLimit(atOnce);
  const before = await childrenCpuMs();
  await Promise.all(
    releases.map(({ id, namespace }, index) =>
      limit(() => execa(tools.helm, template(id, namespace, files[index] ?? "", kubeconfig, chart))),
    ),
  );
  const after = await childrenCpuMs();
  return before === undefined || after === undefined ? undefined : after - before;
}

function template(id: string, namespace: string, values: string, kubeconfig: string, chart: string): string[] {
  const cluster = ["--kubeconfig", kubeconfig, "--dry-run=server", "--disable-openapi-validation"];
  return ["template", "--namespace", namespace, ...cluster, "--is-upgrade", "--values", values, "--", id, chart];
}

async function writeValues(folder: string, releases: readonly Release[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    releases.map(async (release) => {
      const file = path.join(folder, `${release.id}.json`);
      await writeFile(file, JSON.stringify(valuesOf(release)));
      return file;
    }),
  );
}
