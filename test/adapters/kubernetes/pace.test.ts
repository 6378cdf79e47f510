import http from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { expect, onTestFinished, test } from "vitest";
import { createApiClient } from "../../../app/adapters/kubernetes/api-client.ts";
import { createPace } from "../../../app/adapters/kubernetes/pace.ts";

/** A server in front of nothing, that answers each request as it is told. */
async function startServer(answer: (count: number, response: http.ServerResponse) => void) {
  let count = 0;
  let atOnce = 0;
  let mostAtOnce = 0;
  const server = http.createServer((_request, response) => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    response.on("close", () => atOnce--);
    answer(++count, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "c", server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, skipTLSVerify: true },
    { name: "u" },
  );
  const api = createApiClient(config, createPace());
  return { api, count: () => count, mostAtOnce: () => mostAtOnce, get: () => api.call({ method: "GET", path: "/version" }) };
}

const send = (response: http.ServerResponse, status: number, headers: http.OutgoingHttpHeaders = {}) =>
  void response.writeHead(status, { "Content-Type": "application/json", ...headers }).end('{"a":1}');

test("a server that is busy is asked again after the time that it names", async () => {
  const times: number[] = [];
  const { get } = await startServer((count, response) => {
    times.push(performance.now());
    if (count === 1) send(response, 429, { "Retry-After": "1" });
    else send(response, 200);
  });
  expect(await get()).toMatchObject({ status: 200, body: { a: 1 } });
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(950);
});

test("a server that stays busy is given up on, with its answer", async () => {
  const { get, count } = await startServer((_count, response) => send(response, 503));
  expect(await get()).toMatchObject({ status: 503 });
  expect(count()).toBe(5);
});

test("a refusal is an answer, and is not asked for again", async () => {
  const { get, count } = await startServer((_count, response) => send(response, 403));
  expect(await get()).toMatchObject({ status: 403 });
  expect(count()).toBe(1);
});

test("an answer that is too large is not asked for again", async () => {
  const { get, count } = await startServer(
    (_count, response) => void response.writeHead(200).end(Buffer.alloc(33 * 1024 * 1024, " ")),
  );
  await expect(get()).rejects.toMatchObject({ code: "E2BIG" });
  expect(count()).toBe(1);
});

test("a server is asked for eight things at once, and for fewer once it is busy", async () => {
  const held: http.ServerResponse[] = [];
  const { get, mostAtOnce, count } = await startServer((number, response) => {
    if (number <= 8) held.push(response);
    else send(response, 200);
    if (number === 8) for (const each of held) send(each, 429);
  });
  await Promise.all(Array.from({ length: 30 }, get));
  expect(mostAtOnce()).toBe(8);
  expect(count()).toBe(38);
});
