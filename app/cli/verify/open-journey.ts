import type { FetchesCharts } from "../../adapters/charts/chart-store.ts";
import { openHub } from "../../adapters/jupyterhub/open-hub.ts";
import { kubeconfigSecrets } from "../../adapters/kubernetes/kubeconfig-secrets.ts";
import { ConfigError, type Explanation } from "../../domain/errors.ts";
import { type ExamWindow, examAt } from "../../domain/exam-window.ts";
import type { Fleet } from "../../domain/hub.ts";
import type { JourneyReport, StepName, StepReport } from "../../journey/journey.ts";
import type { JourneyPlan } from "../../journey/plan.ts";
import { playJourney } from "../../journey/play-journey.ts";
import { type Layout, loadFleet } from "../../load/load-fleet.ts";
import { readCharts } from "../../pipeline/judge-change.ts";
import { planJourney } from "../../pipeline/plan-journey.ts";
import type { Redactor } from "../../redact/create-redactor.ts";
import { judgePod } from "../../verify/judge-pod.ts";
import { openWorkingTree } from "../validate/open-side.ts";
import { refuseUnknown } from "../validate/refuse-unknown.ts";
import { parseAddresses } from "./addresses.ts";

/** Students sit an exam on the hub, so nothing of it was looked at. */
export interface HeldExam {
  kind: "exam";
  release: string;
  exam: ExamWindow;
}

export interface OpenJourney {
  kind: "open";
  plan: JourneyPlan;
  /** Why the pinned chart could not be read: then what is left to it is not judged. */
  couldNot: Explanation[];
  play(steps: readonly StepName[], onStep: (report: StepReport) => void): Promise<JourneyReport>;
}

/** @throws {ConfigError | ClusterError} when the fleet or the kubeconfig cannot be read, or there is no such hub */
export async function openJourney(options: {
  folder: string;
  layout: Layout | "auto";
  hub: string;
  environment: string;
  addresses: readonly string[];
  /** The moment at which no exam may be held; left out, none is looked for. */
  unlessExamAt: Date | undefined;
  /** Left out: no chart is fetched. */
  charts: FetchesCharts | undefined;
  /** Is told every secret that is met. */
  redactor: Redactor;
}): Promise<OpenJourney | HeldExam> {
  const { hub, environment, redactor } = options;
  const { hub: address, others } = parseAddresses(options.addresses);
  const { tree, sha } = await openWorkingTree(options.folder);
  const { fleet, findings, placeOfValue } = await loadFleet(tree, sha, { layout: options.layout });
  const [fault] = findings;
  if (!fleet) throw unreadable(fault ? `${fault.at.file}:${fault.at.line}: ${fault.what}` : "There is no fleet in this folder.");
  refuseUnknown({ hub }, { hubs: fleet.hubs.map(({ name }) => name), environments: [] });
  const environments = fleet.hubs.find(({ name }) => name === hub)?.environments ?? [];
  refuseUnknown({ environment }, { hubs: [], environments: environments.map((each) => each.environment) });
  const config = environments.find((each) => each.environment === environment);
  const cluster = fleet.clusters.find(({ name }) => name === config?.cluster);
  const exam = options.unlessExamAt && examAt(fleet, { hub, environment }, options.unlessExamAt);
  if (exam) return { kind: "exam", release: `${hub}-${environment}`, exam };
  const { charts, couldNot } = await readCharts(withOnly(fleet, hub, environment), options.charts?.readChart);
  const plan = planJourney(fleet, placeOfValue, { hub, environment }, charts);
  if (!plan || !config || !cluster) throw noAddress(hub, environment);

  const kubeconfig = process.env.KUBECONFIG;
  for (const secret of kubeconfigSecrets(kubeconfig)) redactor.addSecret(secret, "the kubeconfig");
  const { context } = cluster;
  const place = { kubeconfig, context, namespace: config.namespace, address, instead: others };
  const ports = openHub(plan, place, { judgePod, addSecret: redactor.addSecret, redact: redactor.redact });
  return {
    kind: "open",
    plan,
    couldNot,
    play: (steps, onStep) => untilAsked((signal) => playJourney(plan, ports, { steps, signal, onStep })),
  };
}

/** Other releases' charts say nothing of this one. */
function withOnly(fleet: Fleet, name: string, environment: string): Fleet {
  const hubs = fleet.hubs.filter((hub) => hub.name === name);
  return {
    ...fleet,
    hubs: hubs.map((hub) => ({ ...hub, environments: hub.environments.filter((each) => each.environment === environment) })),
  };
}

/** Whoever types Ctrl-C wants it to end, and not a server that nobody stops. A second one ends it at once. */
async function untilAsked<T>(play: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const end = () => {
    ended.abort();
    process.off("SIGINT", end);
    process.off("SIGTERM", end);
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  try {
    return await play(ended.signal);
  } finally {
    process.off("SIGINT", end);
    process.off("SIGTERM", end);
  }
}

function unreadable(why: string): ConfigError {
  return new ConfigError({
    code: "fleet-faulty",
    what: "The fleet has faults, so nobody can say what the hub should be like.",
    why,
    fix: "See all of them with: campanile validate",
  });
}

function noAddress(hub: string, environment: string): ConfigError {
  return new ConfigError({
    code: "no-address",
    what: `Nobody says where students reach ${hub} in ${environment}.`,
    why: "A journey begins at the address that students use.",
    fix: "Write url under the environment in hub.yaml, or ingress.hosts in the values.",
  });
}
