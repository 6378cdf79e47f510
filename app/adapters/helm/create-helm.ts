import stringify from "safe-stable-stringify";
import type { JsonObject } from "../../domain/json.ts";
import type { Printed } from "../../render/parse-manifests.ts";
import { explainHelmFailure } from "./explain-helm-failure.ts";
import { type HelmCall, type HelmProcessOptions, runHelm } from "./run-helm.ts";

export const TEMPLATE_LIMIT_SECONDS = 60;

export interface HelmOptions extends HelmProcessOptions {
  /** Helm quotes values in its errors; known secrets are taken out of them before anybody sees one. */
  redact: (text: string) => string;
}

export interface TemplateOptions {
  namespace: string;
  values: JsonObject;
  /**
   * Where lookups and capabilities come from: a cluster, or nothing but a version such as `1.36.3`; Helm's own default when undefined.
   * Two clusters of the same `kinds` can do the same.
   */
  cluster: { kubeconfig: string; kinds?: string } | { kubeVersion: string | undefined };
  /** For values that stand for others, which may fit the chart's schema better. */
  isSchemaSkipped?: boolean;
}

export interface UpgradeOptions {
  namespace: string;
  values: JsonObject;
  /** Path; the usual places when undefined. */
  kubeconfig: string | undefined;
  kubeContext: string;
  /** Kept on Helm's record of the revision: 63 characters each at most. */
  labels: Record<string, string>;
  description: string;
  timeoutSeconds: number;
  /** Ends Helm early, which then marks the revision as failed. */
  signal?: AbortSignal;
}

/** Helm's commands as typed calls, in the shape of the `helm-ts` package. */
export interface Helm {
  /** Renders a chart as an upgrade, and changes nothing. */
  template(name: string, chart: string, options: TemplateOptions): Promise<Printed>;
  /** Installs or upgrades, and waits for hooks only: the health of workloads is judged by Campanile. */
  upgrade(name: string, chart: string, options: UpgradeOptions): Promise<void>;
  version(): Promise<string>;
}

/** History that stays with a release; each revision is a Secret of the size of all its manifests. */
const HISTORY_MAX = 10;

/** Templates never resolve names (`--enable-dns`): what they print may not depend on what a name server says just now. */
function clusterArguments(cluster: TemplateOptions["cluster"]): string[] {
  if ("kubeVersion" in cluster) return cluster.kubeVersion === undefined ? [] : ["--kube-version", cluster.kubeVersion];
  // Schemas are the dry-run's business: here Helm would download and parse all of them at each render.
  return ["--kubeconfig", cluster.kubeconfig, "--dry-run=server", "--disable-openapi-validation"];
}

export function createHelm(options: HelmOptions): Helm {
  async function run(doing: string, call: HelmCall): Promise<string> {
    const ending = await runHelm(options, call);
    if (ending.ok) return ending.stdout;
    throw explainHelmFailure(doing, { ...ending, stderr: options.redact(ending.stderr) }, call.timeLimitSeconds);
  }

  return {
    template: async (name, chart, { namespace, values, cluster, isSchemaSkipped = false }) => ({
      text: await run(`render ${name}`, {
        args: [
          "template",
          "--namespace",
          namespace,
          ...clusterArguments(cluster),
          "--is-upgrade",
          "--skip-tests",
          ...(isSchemaSkipped ? ["--skip-schema-validation"] : []),
          "--values",
          "-",
          "--",
          name,
          chart,
        ],
        // Values go in by stdin: neither a file nor the process list ever holds a secret.
        stdin: stringify(values),
        timeLimitSeconds: TEMPLATE_LIMIT_SECONDS,
      }),
    }),

    async upgrade(name, chart, given) {
      const labels = Object.entries(given.labels).map(([key, value]) => `${key}=${value}`);
      await run(`deploy ${name}`, {
        args: [
          "upgrade",
          "--install",
          "--create-namespace",
          "--wait=hookOnly",
          // What a preview tried: also for a release that an older Helm made, which would go on in the old way by itself.
          "--server-side=true",
          ...(given.kubeconfig === undefined ? [] : ["--kubeconfig", given.kubeconfig]),
          "--kube-context",
          given.kubeContext,
          "--namespace",
          given.namespace,
          "--labels",
          labels.join(","),
          "--description",
          given.description,
          "--history-max",
          String(HISTORY_MAX),
          "--timeout",
          `${given.timeoutSeconds}s`,
          "--values",
          "-",
          "--",
          name,
          chart,
        ],
        stdin: stringify(given.values),
        isOutliving: true,
        timeLimitSeconds: given.timeoutSeconds + 30,
        ...(given.signal ? { signal: given.signal } : {}),
      });
    },

    async version() {
      const stdout = await run("say its version", { args: ["version", "--template", "{{.Version}}"], timeLimitSeconds: 10 });
      return stdout.trim().replace(/^v/, "");
    },
  };
}
