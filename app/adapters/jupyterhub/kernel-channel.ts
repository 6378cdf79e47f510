import { randomUUID } from "node:crypto";
import { stripVTControlCharacters } from "node:util";
import messages from "@jupyterlab/services/lib/kernel/messages.js";
import serialization from "@jupyterlab/services/lib/kernel/serialize.js";
import { WebSocket } from "ws";
import { NoAnswer, UnexpectedStatus } from "../../domain/hub-errors.ts";
import type { CellEnd } from "../../journey/ports.ts";

type Message = ReturnType<typeof serialization.deserialize>;

/** What the server and we both speak. @see Jupyter Server, "WebSocket kernel wire protocols" */
const PROTOCOL = "v1.kernel.websocket.jupyter.org";

export interface KernelChannel {
  run(code: string, signal: AbortSignal): Promise<CellEnd>;
  close(): void;
}

/**
 * One connection to one kernel. When it breaks it stays broken, and that is told: whoever sits before a notebook sees it too.
 * @throws {NoAnswer | UnexpectedStatus}
 */
export async function openKernelChannel(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<KernelChannel> {
  const session = randomUUID();
  url.searchParams.set("session_id", session);
  const socket = new WebSocket(url, [PROTOCOL], { headers });
  await opened(socket, signal);
  // Outcomes are told to whoever runs a cell; in between nobody asks.
  socket.on("error", () => {});

  return {
    run(code, signal) {
      const request = messages.createMessage({
        msgType: "execute_request",
        channel: "shell",
        session,
        username: "campanile",
        content: { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false, stop_on_error: true },
      });
      const { promise, resolve, reject } = Promise.withResolvers<CellEnd>();
      const cell = followCell(request.header.msg_id);
      const onMessage = (data: Buffer) => {
        const end = cell.take(serialization.deserialize(toArrayBuffer(data), socket.protocol));
        if (end) resolve(end);
      };
      const onClose = () => resolve({ kind: "cut-off", printed: cell.printed() });
      const onAbort = () => reject(signal.reason);
      socket.on("message", onMessage);
      socket.once("close", onClose);
      signal.addEventListener("abort", onAbort);
      if (signal.aborted) onAbort();
      else if (socket.readyState !== WebSocket.OPEN) onClose();
      else socket.send(serialization.serialize(request, socket.protocol));
      return promise.finally(() => {
        socket.off("message", onMessage);
        socket.off("close", onClose);
        signal.removeEventListener("abort", onAbort);
      });
    },
    close: () => socket.close(),
  };
}

async function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => {
    socket.terminate();
    reject(signal.reason);
  };
  socket.once("open", resolve);
  socket.once("error", (error) => reject(new NoAnswer(error.message, { cause: error })));
  socket.once("unexpected-response", (_request, response) => {
    response.resume();
    reject(new UnexpectedStatus(response.statusCode ?? 0, response.statusMessage ?? ""));
  });
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** A cell ends when its reply is there and the kernel is idle again: output may come after the reply. */
function followCell(asked: string): { take(message: Message): CellEnd | undefined; printed(): string } {
  let printed = "";
  let failure: CellEnd | undefined;
  let isReplied = false;
  let isIdle = false;
  return {
    printed: () => printed,
    take(message) {
      // The server tells of a death by itself, not as an answer.
      if (messages.isStatusMsg(message) && DEATHS.has(message.content.execution_state)) return { kind: "died", printed };
      if (!("msg_id" in message.parent_header) || message.parent_header.msg_id !== asked) return undefined;
      if (messages.isStreamMsg(message)) printed = `${printed}${message.content.text}`.slice(-PRINTED_LIMIT);
      if (messages.isErrorMsg(message)) {
        const { ename: name, evalue, traceback } = message.content;
        // IPython colours it for a terminal.
        const plain = stripVTControlCharacters(traceback.join("\n")).slice(-PRINTED_LIMIT);
        failure = { kind: "error", printed, name, message: evalue, traceback: plain };
      }
      if (messages.isExecuteReplyMsg(message)) isReplied = true;
      if (messages.isStatusMsg(message) && message.content.execution_state === "idle") isIdle = true;
      return isReplied && isIdle ? (failure ?? { kind: "done", printed }) : undefined;
    },
  };
}

const PRINTED_LIMIT = 20_000;

const DEATHS = new Set<string>(["restarting", "autorestarting", "dead"]);

function toArrayBuffer(data: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(data.byteLength);
  new Uint8Array(copy).set(data);
  return copy;
}
