import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { DeployedHub } from "./deploy-hub.ts";

const SPAWN_LIMIT_MS = 120_000;
const CELL_LIMIT_MS = 60_000;

/** Asks the hub or a user's server, as service `probe`. */
export async function ask({ url, token }: DeployedHub, method: string, path: string, body?: object): Promise<Response> {
  const headers = { authorization: `token ${token}`, "content-type": "application/json" };
  return fetch(new URL(path, url), { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
}

/** Resolves when the server of a user answers; makes the user where there is none. @throws with the hub's own words */
export async function startServer(hub: DeployedHub, user: string, options: { profile?: string } = {}): Promise<void> {
  await ask(hub, "POST", `/hub/api/users/${user}`);
  const started = await ask(hub, "POST", `/hub/api/users/${user}/server`, options);
  if (started.status >= 400) throw new Error(`the hub did not start a server: ${started.status} ${await started.text()}`);
  const signal = AbortSignal.timeout(SPAWN_LIMIT_MS);
  const headers = { authorization: `token ${hub.token}` };
  const progress = await fetch(new URL(`/hub/api/users/${user}/server/progress`, hub.url), { headers, signal });
  let text = "";
  for await (const chunk of progress.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (/"ready": true/.test(text)) return;
    if (/"failed": true/.test(text)) break;
  }
  throw new Error(`the server of ${user} did not start:\n${text}`);
}

export async function stopServer(hub: DeployedHub, user: string): Promise<void> {
  await ask(hub, "DELETE", `/hub/api/users/${user}/server`);
  for (const giveUpAt = Date.now() + SPAWN_LIMIT_MS; Date.now() < giveUpAt; await pause(200)) {
    const state = (await (await ask(hub, "GET", `/hub/api/users/${user}`)).json()) as { servers: object };
    if (Object.keys(state.servers).length === 0) return;
  }
  throw new Error(`the server of ${user} did not stop`);
}

/** Runs code in a new kernel of a user's server. @returns what it printed, or the error that it ended with */
export async function runCell(hub: DeployedHub, user: string, code: string): Promise<string> {
  const { id } = (await (await ask(hub, "POST", `/user/${user}/api/kernels`, { name: "python3" })).json()) as { id: string };
  const address = new URL(`/user/${user}/api/kernels/${id}/channels`, hub.url);
  address.protocol = "ws:";
  address.searchParams.set("token", hub.token);
  const socket = new WebSocket(address);
  const asked = randomUUID();
  const header = {
    msg_id: asked,
    msg_type: "execute_request",
    session: asked,
    username: user,
    version: "5.4",
    date: new Date().toISOString(),
  };
  const content = { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false, stop_on_error: true };
  try {
    return await new Promise<string>((resolve, reject) => {
      let printed = "";
      AbortSignal.timeout(CELL_LIMIT_MS).addEventListener("abort", () =>
        reject(new Error(`the cell did not end; it printed: ${printed}`)),
      );
      socket.onerror = () => reject(new Error("the connection to the kernel failed"));
      socket.onopen = () =>
        socket.send(JSON.stringify({ header, content, channel: "shell", parent_header: {}, metadata: {}, buffers: [] }));
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(String(data));
        // The server tells this by itself, not as an answer.
        if (/^(restarting|dead)$/.test(message.content.execution_state)) return resolve(`${printed}The kernel died`);
        if (message.parent_header?.msg_id !== asked) return;
        if (message.msg_type === "stream") printed += message.content.text;
        if (message.msg_type === "error") printed += `${message.content.ename}: ${message.content.evalue}`;
        if (message.msg_type === "status" && message.content.execution_state === "idle") resolve(printed);
      };
    });
  } finally {
    socket.close();
    await ask(hub, "DELETE", `/user/${user}/api/kernels/${id}`);
  }
}
