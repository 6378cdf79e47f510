import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { execa } from "execa";
import stringify from "safe-stable-stringify";
import { z } from "zod";
import type { Json } from "../../domain/json.ts";
import { type Helm, type HelmOptions, TEMPLATE_LIMIT_SECONDS, type TemplateOptions } from "./create-helm.ts";
import { explainHelmFailure } from "./explain-helm-failure.ts";
import { helmEnvironment, OUTPUT_LIMIT_BYTES } from "./run-helm.ts";

/** Helm's own packages in a process that stays, so that a render costs neither its start nor that of Helm. */
export interface ResidentRenderer {
  template: Helm["template"];
  stop(): Promise<void>;
}

/** What documents hold is told by those who read them: here they are JSON. */
const answerSchema = z.object({
  id: z.number(),
  documents: z.array(z.custom<Json>()).default([]),
  error: z.string().optional(),
});
type Answer = z.output<typeof answerSchema>;

/** Go gives memory back once it holds so much. */
const MEMORY_LIMIT = "400MiB";

/**
 * Renders by the program `helm-render`, which is started with the first render.
 * A render that makes it die or takes too long is done again by a Helm of its own, with that one's limits; so are the others that
 * were under way, which it must not harm.
 * @param helm what renders when the renderer cannot
 */
function createResidentRenderer(options: HelmOptions, helm: Pick<Helm, "template">): ResidentRenderer {
  let running: RendererProcess | undefined;
  let isStopped = false;

  async function ask(name: string, chart: string, given: TemplateOptions): Promise<Answer | "gone"> {
    if (isStopped) return "gone";
    if (running === undefined || running.isGone()) running = startRenderer(options);
    return running.ask({
      name,
      chart,
      namespace: given.namespace,
      values: stringify(given.values),
      isSchemaSkipped: given.isSchemaSkipped ?? false,
      outputLimitBytes: OUTPUT_LIMIT_BYTES,
      ...("kubeconfig" in given.cluster ? given.cluster : { kubeVersion: given.cluster.kubeVersion ?? "" }),
    });
  }

  return {
    async template(name, chart, given) {
      const answer = await ask(name, chart, given);
      if (answer === "gone") return helm.template(name, chart, given);
      if (answer.error === undefined) return { documents: answer.documents };
      const stderr = options.redact(`Error: ${answer.error}`);
      throw explainHelmFailure(`render ${name}`, { ok: false, stderr, reason: "failed" }, TEMPLATE_LIMIT_SECONDS);
    },
    async stop() {
      isStopped = true;
      await running?.stop();
    },
  };
}

/** What renders: the resident renderer where there is one, else a Helm for each. @param binary path of `helm-render` */
export function openTemplates(
  helm: Pick<Helm, "template">,
  binary: string | undefined,
  options: Omit<HelmOptions, "binary">,
): ResidentRenderer {
  return binary === undefined
    ? { template: helm.template, stop: async () => {} }
    : createResidentRenderer({ ...options, binary }, helm);
}

interface RendererProcess {
  isGone(): boolean;
  ask(request: Record<string, unknown>): Promise<Answer | "gone">;
  stop(): Promise<void>;
}

function startRenderer({ binary, homeDir }: HelmOptions): RendererProcess {
  const child = execa(binary, [], {
    env: { ...helmEnvironment(homeDir), GOMEMLIMIT: MEMORY_LIMIT },
    extendEnv: false,
    // A signal that a terminal sends to all is not for it: it ends when nobody asks any more.
    detached: true,
    reject: false,
    buffer: false,
    stdin: "pipe",
    stderr: "ignore",
  });
  const open = new Map<number, (answer: Answer | "gone") => void>();
  let lastId = 0;
  let isGone = false;
  const end = () => {
    isGone = true;
    for (const settle of open.values()) settle("gone");
    open.clear();
  };
  const kill = () => void child.kill("SIGKILL");
  followAnswers(child.stdout, (answer) => open.get(answer.id)?.(answer), kill);
  child.then(end, end);
  child.stdin.on("error", kill);
  return {
    isGone: () => isGone,
    ask: (request) =>
      new Promise((resolve) => {
        const id = ++lastId;
        // Whatever keeps it so long may also be what keeps the others.
        const timer = setTimeout(kill, TEMPLATE_LIMIT_SECONDS * 1000);
        open.set(id, (answer) => {
          clearTimeout(timer);
          open.delete(id);
          resolve(answer);
        });
        if (isGone) open.get(id)?.("gone");
        else child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
      }),
    async stop() {
      kill();
      await child;
    },
  };
}

/** @param onNonsense an answer that cannot be read: then the others are not believed either */
function followAnswers(output: Readable, onAnswer: (answer: Answer) => void, onNonsense: () => void): void {
  createInterface({ input: output }).on("line", (line) => {
    const answer = answerSchema.safeParse(parse(line));
    if (answer.success) onAnswer(answer.data);
    else onNonsense();
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
