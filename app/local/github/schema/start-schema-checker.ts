import { once } from "node:events";
import { access } from "node:fs/promises";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { Violation } from "./violation.ts";

/** Something as it was sent: `json` is its text, undefined where nothing was. */
export type Sent =
  | { kind: "answer"; method: string; path: string; status: number; json: string | undefined }
  | { kind: "webhook"; event: string; action: string | null; json: string };

/** `list` is answered through its own port, after all that was sent before it has been checked. */
export type CheckerMessage = Sent | { kind: "list"; answerTo: MessagePort };

export interface SchemaChecker {
  /** Returns at once: whoever asked GitHub does not wait for our check. */
  check: (sent: Sent) => void;
  /** Everything that was wrong in what `check` was given until now. */
  violations: () => Promise<Violation[]>;
  /** @throws {Error} what the checker itself failed by, if it did */
  close: () => Promise<void>;
}

/**
 * Checks what is sent against GitHub's own descriptions. They are megabytes, and compiling the part for one operation can
 * take a tenth of a second, so it is done by a thread of its own: answers come as fast as they do without being checked.
 * @param openapiPath `generated/api.github.com.json` of the npm package `@octokit/openapi`
 * @throws {Error} when there is no such file
 */
export async function startSchemaChecker(openapiPath: string): Promise<SchemaChecker> {
  await access(openapiPath);
  // What is posted before it has read the descriptions waits for it.
  const worker = new Worker(new URL("./check-worker.ts", import.meta.url), { workerData: { openapiPath } });
  const failed = new AbortController();
  worker.once("error", (error) => failed.abort(error));
  return {
    check: (sent) => worker.postMessage(sent satisfies CheckerMessage),
    async violations() {
      const { port1: answers, port2: answerTo } = new MessageChannel();
      worker.postMessage({ kind: "list", answerTo } satisfies CheckerMessage, [answerTo]);
      try {
        const [violations] = await once(answers, "message", { signal: failed.signal });
        return violations;
      } finally {
        answers.close();
      }
    },
    async close() {
      await worker.terminate();
      failed.signal.throwIfAborted();
    },
  };
}
