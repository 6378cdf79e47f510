import input from "@inquirer/input";
import { stringify } from "yaml";
import { z } from "zod";
import { fleetSchema } from "../../load/schemas/fleet-schema.ts";
import {
  digest,
  isRuleName,
  kubernetesVersion,
  name,
  notEmpty,
  promotion,
  RULES,
  webAddress,
} from "../../load/schemas/formats.ts";
import { hubSchema } from "../../load/schemas/hub-schema.ts";
import { pinsSchema } from "../../load/schemas/pins-schema.ts";
import { parseMemoryBytes } from "../../validate/memory.ts";
import { answersSchema, memory, type WrittenAnswers } from "./answers.ts";

/** Asks until the answer fits the schema. */
export type Ask = <T>(question: string, schema: z.ZodType<T, string>, suggestion?: string) => Promise<T>;

/**
 * The least that a fleet with one cluster and one hub needs; the rest is written in the files, where an editor helps.
 * @returns an answers file
 */
export async function askForAnswers(ask: Ask): Promise<string> {
  const title = await ask("Name of the fleet, for people:", notEmpty);
  const environments = await ask("Environments, in the order of promotion:", listOf(name), "staging, prod");
  const cluster = await ask("Short name of the cluster:", name, "courses");
  const context = await ask("Its context in the kubeconfig that Campanile is given:", notEmpty, cluster);
  const version = await ask("The Kubernetes version that it runs, such as 1.36.3 (kubectl version tells it):", kubernetesVersion);
  const promotions = await askForPromotions(ask, environments);
  const chart = await askForChart(ask);
  const ageRecipient = await ask(
    "Public age key that secrets are encrypted for (age-keygen makes one):",
    answersSchema.shape.ageRecipient,
  );
  const hub = await ask("Short name of the first hub, such as data8:", name);
  const answers: WrittenAnswers = {
    fleet: {
      title,
      clusters: { [cluster]: { context, kubernetesVersion: version } },
      environments: environments.map((each, index) => ({ name: each, cluster, ...promotions[index] })),
      charts: { [chart.pin.chart]: chart.repository },
    },
    ageRecipient,
    chart: chart.pin,
    hubs: { [hub]: await askForHub(ask, environments, chart.pin.chart) },
  };
  return stringify(answers, { version: "1.1", lineWidth: 0 });
}

/** @returns for each environment what is to be written of it; nothing for the first, which starts on the merge */
async function askForPromotions(ask: Ask, environments: readonly string[]): Promise<{ promotion?: string }[]> {
  const promotions: { promotion?: string }[] = [];
  for (const [index, environment] of environments.entries()) {
    const before = environments[index - 1];
    const question = `When ${environment} follows ${before}: auto, after 2h, or manual (Campanile leaves it alone):`;
    promotions.push(before === undefined ? {} : { promotion: await ask(question, promotion, "auto") });
  }
  return promotions;
}

/** The chart of Zero to JupyterHub, which has JupyterHub's values at its top; any other is taken for a wrapper around it. */
const JUPYTERHUB_CHART = "jupyterhub";
const JUPYTERHUB_CHARTS = "https://hub.jupyter.org/helm-chart/";

async function askForChart(ask: Ask) {
  const { chart, version } = pinsSchema.shape.hub.shape;
  const chartName = await ask("Chart of the hubs (jupyterhub is Zero to JupyterHub's own):", chart, JUPYTERHUB_CHART);
  const repository = await ask(
    "Address of its chart repository:",
    fleetSchema.shape.charts.valueType,
    chartName === JUPYTERHUB_CHART ? JUPYTERHUB_CHARTS : undefined,
  );
  const pin = {
    chart: chartName,
    version: await ask("Its exact version, such as 4.4.0:", version),
    digest: await ask(`Its digest (in ${repository.replace(/\/*$/, "/")}index.yaml, beside the version):`, anyDigest),
  };
  return { repository, pin };
}

/** A chart repository's index gives the 64 digits alone. */
const anyDigest = z
  .string()
  .transform((text) => text.replace(/^[0-9a-f]{64}$/, "sha256:$&"))
  .pipe(digest);

async function askForHub(ask: Ask, environments: readonly string[], chart: string): Promise<WrittenAnswers["hubs"][string]> {
  const image = pinsSchema.shape.image.shape;
  const title = await ask("Title of its course, such as Data 8:", hubSchema.shape.title);
  const owners = await ask("Who answers for it (mail addresses or GitHub logins):", listOf(notEmpty));
  const urls: [string, { url: string }][] = [];
  for (const environment of environments)
    urls.push([environment, { url: await ask(`Its address in ${environment}, such as https://data8.example.edu:`, webAddress) }]);
  const valuePath = chart === JUPYTERHUB_CHART ? { image: { valuePath: "singleuser.image" } } : {};
  return {
    hub: { title, owners, environments: Object.fromEntries(urls), ...valuePath },
    image: {
      name: await ask("Image that students work in, without its tag:", image.name),
      tag: await ask("Its tag:", image.tag),
      digest: await ask("Its digest (docker buildx imagetools inspect NAME:TAG tells it):", anyDigest),
    },
    memory: await askForMemory(ask),
  };
}

async function askForMemory(ask: Ask) {
  const guarantee = await ask("Memory that each student's server surely has:", memory, "1G");
  const leastBytes = parseMemoryBytes(guarantee) ?? 0;
  const enough = memory.refine((limit) => (parseMemoryBytes(limit) ?? 0) >= leastBytes, `It must be ${guarantee} or more.`);
  return { guarantee, limit: await ask("Memory that it may use at most:", enough, "2G") };
}

/** Several answers on one line, with commas between. */
function listOf(item: z.ZodType<string, string>) {
  return z
    .string()
    .transform((line) => line.split(",").flatMap((each) => each.trim() || []))
    .pipe(z.array(item).min(1, "not-empty"));
}

/** Asks on a terminal: the process's own, or the streams of a context. */
export function askOn(context?: Parameters<typeof input>[1]): Ask {
  return async (question, schema, suggestion) => {
    const answer = await input(
      {
        message: question,
        ...(suggestion === undefined ? {} : { default: suggestion }),
        validate: (text) => judge(schema, text),
      },
      context,
    );
    return schema.parse(answer.trim());
  };
}

/** As the prompt wants it: true, or what to show under the question. */
function judge(schema: z.ZodType<unknown, string>, text: string): true | string {
  const message = schema.safeParse(text.trim()).error?.issues[0]?.message;
  if (message === undefined) return true;
  return isRuleName(message) ? `${RULES[message].why} ${RULES[message].fix}` : message;
}
