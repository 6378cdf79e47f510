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
  /** Processor time of Helm alone, where the system tells it. */
  renderCpuMs: number | undefined;
  /** Lines of all diffs together. */
  lines: number;
}

/**
 * The peer: of each release `helm template` against the cluster, and `kubectl diff --server-side` of what it prints.
 * It knows neither which releases a change touches nor what was deployed before, so it looks at all of them.
 */
export async function benchPeer(releases: readonly Release[], options: PeerOptions): Promise<PeerFigures> {
  const { folder, tools, kubeconfig, chart, atOnce } = options;
  await mkdir(folder, { recursive: true });
  const limit = pLimit(atOnce);
  const files = await Promise.all(releases.map((release) => writeValues(folder, release)));
  const startedAt = performance.now();
  const lines = await Promise.all(
    releases.map(({ id, namespace }, index) =>
      limit(async () => {
        const { stdout } = await execa(tools.helm, template(id, namespace, files[index] ?? "", kubeconfig, chart));
        const manager = ["--server-side", "--force-conflicts", "--field-manager", "helm"];
        const diff = await execa(
          tools.kubectl,
          ["--kubeconfig", kubeconfig, "--namespace", namespace, "diff", ...manager, "-f", "-"],
          {
            input: stdout,
            // 1 says that there is a difference.
            reject: false,
          },
        );
        if (diff.exitCode !== 0 && diff.exitCode !== 1) throw new Error(`kubectl diff failed: ${diff.stderr.slice(0, 500)}`);
        return diff.stdout === "" ? 0 : diff.stdout.split("\n").length;
      }),
    ),
  );
  const wallMs = performance.now() - startedAt;
  return { wallMs, renderCpuMs: await renderCpu(releases, files, options), lines: lines.reduce((sum, count) => sum + count, 0) };
}

async function renderCpu(
  releases: readonly Release[],
  files: readonly string[],
  { tools, kubeconfig, chart, atOnce }: PeerOptions,
): Promise<number | undefined> {
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

async function writeValues(folder: string, release: Release): Promise<string> {
  const file = path.join(folder, `${release.id}.json`);
  await writeFile(file, JSON.stringify(valuesOf(release)));
  return file;
}
