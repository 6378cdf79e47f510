import { KubeConfig } from "@kubernetes/client-node";
import fastify from "fastify";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { createWorkloadWatcher } from "../../../app/adapters/kubernetes/watch-workloads.ts";

const PODS = [{ metadata: { name: "hub-1", namespace: "data8-prod", uid: "pod-1" } }];

/** An API server whose list of Deployments comes when it is let. */
async function startSlowApiServer() {
  const deployments = Promise.withResolvers<void>();
  const podsWatched = Promise.withResolvers<void>();
  const server = fastify({ logger: false, forceCloseConnections: true });
  server.get<{ Querystring: { watch?: string } }>("/*", async ({ url, query }, reply) => {
    const kind = /\/namespaces\/data8-prod\/(\w+)/.exec(url)?.[1] ?? "";
    if (query.watch !== undefined) {
      if (kind === "pods") podsWatched.resolve();
      // A watch in which nothing happens; it ends with the server.
      reply.hijack();
      reply.raw.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      return;
    }
    if (kind === "deployments") await deployments.promise;
    return reply.send({ kind: "List", apiVersion: "v1", metadata: { resourceVersion: "1" }, items: kind === "pods" ? PODS : [] });
  });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "slow", server: url, skipTLSVerify: true }, { name: "somebody" });
  return { config, podsWatched: podsWatched.promise, letDeployments: () => deployments.resolve() };
}

test("nothing is looked at before everything has been listed once", async () => {
  const api = await startSlowApiServer();
  const looks: number[] = [];
  let areDeploymentsListed = false;
  const watching = createWorkloadWatcher(api.config, pino({ level: "silent" })).watch(
    "data8-prod",
    ({ pods }) => {
      looks.push(pods.length);
      return areDeploymentsListed ? "seen" : "too early";
    },
    AbortSignal.timeout(60_000),
  );
  await api.podsWatched;
  areDeploymentsListed = true;
  api.letDeployments();
  expect(await watching).toBe("seen");
  expect(looks).toEqual([1]);
});
