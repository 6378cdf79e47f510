import input from "@inquirer/input";
import { stringify } from "yaml";
import { z } from "zod";
import { fleetSchema } from "../../load/schemas/fleet-schema.ts";
import { isRuleName, kubernetesVersion, name, notEmpty, RULES, webAddress } from "../../load/schemas/formats.ts";
import { hubSchema } from "../../load/schemas/hub-schema.ts";
import { pinsSchema } from "../../load/schemas/pins-schema.ts";
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
  const context = await ask("Its context in your kubeconfig:", notEmpty, cluster);
  const version = await ask("The Kubernetes version that it runs, such as 1.36.3:", kubernetesVersion);
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
      environments: environments.map((each) => ({ name: each, cluster })),
      charts: { [chart.pin.chart]: chart.repository },
    },
    ageRecipient,
    chart: chart.pin,
    hubs: { [hub]: await askForHub(ask, environments) },
  };
  return stringify(answers, { version: "1.1", lineWidth: 0 });
}

async function askForChart(ask: Ask) {
  const { chart, version, digest } = pinsSchema.shape.hub.shape;
  const chartName = await ask("Chart of the hubs:", chart, "hub");
  const repository = await ask("Address of its chart repository (https:// or oci://):", fleetSchema.shape.charts.valueType);
  const pin = {
    chart: chartName,
    version: await ask("Its exact version:", version),
    digest: await ask("Its digest, as the repository's index tells it:", digest),
  };
  return { repository, pin };
}

async function askForHub(ask: Ask, environments: readonly string[]): Promise<WrittenAnswers["hubs"][string]> {
  const image = pinsSchema.shape.image.shape;
  const title = await ask("Title of its course, such as Data 8:", hubSchema.shape.title);
  const owners = await ask("Who answers for it (mail addresses or GitHub logins):", listOf(notEmpty));
  const urls: [string, { url: string }][] = [];
  for (const environment of environments)
    urls.push([environment, { url: await ask(`Its address in ${environment}, such as https://data8.example.edu:`, webAddress) }]);
  return {
    hub: { title, owners, environments: Object.fromEntries(urls) },
    image: {
      name: await ask("Image that students work in, without its tag:", image.name),
      tag: await ask("Its tag:", image.tag),
      digest: await ask("Its digest, as the registry tells it:", image.digest),
    },
    memory: {
      guarantee: await ask("Memory that each student's server surely has:", memory, "1G"),
      limit: await ask("Memory that it may use at most:", memory, "2G"),
    },
  };
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
