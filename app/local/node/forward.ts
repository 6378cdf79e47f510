import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import net, { type AddressInfo, type Server, type Socket } from "node:net";

// The node's network has no way out, and none in. What may pass goes through Unix sockets, which do not belong to a network.

export interface Forwarder {
  port: number;
  stop(): Promise<void>;
}

type Address = { path: string } | { host: string; port: number };

/** Joins each connection that comes in at one address with a connection of its own to another one. */
export async function forward(from: Address, to: Address): Promise<Forwarder> {
  return serve(
    from,
    net.createServer((incoming) => join(incoming, net.connect(to))),
  );
}

/** Lets the API server, and forwarders of this machine, name what they want to talk to inside the node. */
export async function serveConnect(socketPath: string): Promise<Forwarder> {
  const server = createHttpServer((_request, response) => response.writeHead(405).end());
  server.on("connect", (request, incoming: Socket, head) => {
    const { hostname, port } = new URL(`http://${request.url}`);
    const outgoing = net.connect(Number(port || 80), hostname.replace(/^\[|\]$/g, ""));
    incoming.on("error", () => outgoing.destroy());
    outgoing.once("error", () => incoming.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    outgoing.once("connect", () => {
      outgoing.removeAllListeners("error");
      incoming.write("HTTP/1.1 200 OK\r\n\r\n");
      outgoing.write(head);
      join(incoming, outgoing);
    });
  });
  return serve({ path: socketPath }, server);
}

/** Takes connections on a free port of loopback and hands them to an address inside the node. */
export async function forwardToNode(connectSocket: string, target: string): Promise<Forwarder> {
  const server = net.createServer(async (incoming) => {
    incoming.on("error", () => {});
    const outgoing = await connectThrough(connectSocket, target);
    if (outgoing === undefined) incoming.destroy();
    else join(incoming, outgoing);
  });
  return serve({ host: "127.0.0.1", port: 0 }, server);
}

const ANSWER_LIMIT_BYTES = 1_000;

/** @returns nothing when nobody takes the connection in there */
async function connectThrough(connectSocket: string, target: string): Promise<Socket | undefined> {
  const socket = net.connect({ path: connectSocket });
  socket.on("error", () => {});
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  let answer = "";
  for (;;) {
    const [event] = await Promise.race([once(socket, "readable"), once(socket, "close").then(() => ["closed"])]).catch(() => [
      "closed",
    ]);
    if (event === "closed") return undefined;
    for (let byte = socket.read(1); byte !== null; byte = socket.read(1)) {
      answer += String(byte);
      if (answer.length > ANSWER_LIMIT_BYTES) return void socket.destroy();
      // No byte more is read, because what follows belongs to whoever is connected.
      if (answer.endsWith("\r\n\r\n")) return answer.startsWith("HTTP/1.1 200 ") ? socket : void socket.destroy();
    }
  }
}

function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    // Whoever ended in an orderly way may have bytes on the way to the other.
    from.on("close", () => void (from.readableEnded || to.destroy()));
  }
}

async function serve(from: Address, server: Server): Promise<Forwarder> {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await once(server.listen(from), "listening");
  const address = server.address();
  return {
    port: isTcp(address) ? address.port : 0,
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isTcp(address: ReturnType<Server["address"]>): address is AddressInfo {
  return address !== null && typeof address !== "string";
}
