import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CoreV1Api, KubeConfig, NetworkingV1Api } from "@kubernetes/client-node";
import { createProxyServer } from "httpxy";
import { type Forwarder, forwardToNode } from "../node/forward.ts";

/** Where hubs of the world are reached, all at one address. */
export interface FrontDoor {
  url: string;
  stop(): Promise<void>;
}

/** The service of the chart behind which a hub and its servers are. */
const SERVICE = "proxy-public";

/**
 * What an ingress controller is in a real cluster: takes every request, and hands it to the hub whose Ingress names the request's host.
 * No such controller can be had here, so the backend is the chart's own service in that Ingress's namespace.
 */
export async function startFrontDoor(options: { kubeconfig: string; connectSocket: string }): Promise<FrontDoor> {
  const config = new KubeConfig();
  config.loadFromFile(options.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const networking = config.makeApiClient(NetworkingV1Api);
  const known = new Map<string, Forwarder>();

  async function targetOf(host: string): Promise<string | undefined> {
    const { items } = await networking.listIngressForAllNamespaces();
    const namespace = items.find(({ spec }) => spec?.rules?.some((rule) => rule.host === host))?.metadata?.namespace;
    if (namespace === undefined) return undefined;
    const { spec } = await core.readNamespacedService({ name: SERVICE, namespace });
    const address = `${spec?.clusterIP}:80`;
    const forwarder = known.get(address) ?? (await forwardToNode(options.connectSocket, address));
    known.set(address, forwarder);
    return `http://127.0.0.1:${forwarder.port}`;
  }

  const proxy = createProxyServer({});
  const find = async (header: string | undefined) => targetOf((header ?? "").replace(/:\d+$/, "")).catch(() => undefined);
  const server = createServer(async (request, response) => {
    const target = await find(request.headers.host);
    if (target === undefined) return void response.writeHead(404).end("no hub has this name\n");
    await proxy.web(request, response, { target }).catch(() => {
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
  });
  server.on("upgrade", async (request, socket, head) => {
    const target = await find(request.headers.host);
    socket.on("error", () => socket.destroy());
    if (target === undefined) return void socket.destroy();
    await proxy.ws(request, socket as never, { target }, head).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...known.values()].map((forwarder) => forwarder.stop()));
    },
  };
}
