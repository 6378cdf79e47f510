// Runs inside the node: the only way in and out of its network. Told in JSON, as the only argument, what may pass.
import { forward, serveConnect } from "./forward.ts";

export interface GateSetup {
  /** Unix socket on which whoever is outside names what to talk to inside. */
  connectSocket: string;
  /** Ports that are open inside, and the Unix socket that leads from each to a program outside. */
  outward: readonly { port: number; socket: string }[];
}

const setup: GateSetup = JSON.parse(process.argv[2] ?? "");
await Promise.all([
  serveConnect(setup.connectSocket),
  ...setup.outward.map(({ port, socket }) => forward({ host: "0.0.0.0", port }, { path: socket })),
]);
process.stdout.write("The gate is open\n");
