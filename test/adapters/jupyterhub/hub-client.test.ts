import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { createHubClient } from "../../../app/adapters/jupyterhub/hub-client.ts";

async function startHub(answer: http.RequestListener) {
  const seen: http.IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const hub = createHubClient({
    publicUrl: "https://data8.courses.example/hubs/",
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fetchToken: async () => "the-token",
  });
  return { hub, seen };
}

const soon = () => AbortSignal.timeout(5_000);

test("a hub that is reached elsewhere hears its own name, by which whoever stands before several tells them apart", async () => {
  const { hub, seen } = await startHub((_request, response) =>
    response.writeHead(302, { location: "/hubs/hub/login", "content-type": "text/html" }).end("moved"),
  );
  const answer = await hub.ask({ method: "GET", path: "hub/api/info", as: "probe" }, soon());
  expect(answer).toEqual({ status: 302, location: "/hubs/hub/login", contentType: "text/html", text: "moved" });
  expect(seen.map(({ url, headers }) => [url, headers.host, headers.authorization])).toEqual([
    ["/hubs/hub/api/info", "data8.courses.example", "token the-token"],
  ]);
  await hub.ask({ method: "GET", path: "hub/api/", as: "nobody" }, soon());
  expect(seen.at(-1)?.headers.authorization).toBeUndefined();
});

test("every event is told, also the last one, with which the answer ends", async () => {
  const { hub } = await startHub((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('data: {"progress": 10, "message": "fü');
    setTimeout(() => response.write('r alle"}\n\n'), 20);
    setTimeout(() => response.end('data: {"progress": 90}\n\ndata: {"ready": true}\n\n'), 40);
  });
  const events: unknown[] = [];
  for await (const event of hub.follow("hub/api/users/campanile-probe/server/progress", soon())) events.push(event);
  expect(events).toEqual([{ progress: 10, message: "für alle" }, { progress: 90 }, { ready: true }]);
});

test("events wait for whoever takes them slowly", async () => {
  const { hub } = await startHub(async (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let number = 1; number <= 20; number++) {
      response.write(`data: ${number}\n\n`);
      await sleep(2);
    }
    response.end();
  });
  const events: unknown[] = [];
  for await (const event of hub.follow("user/campanile-probe/git-pull/api", soon())) {
    events.push(event);
    await sleep(20);
  }
  expect(events).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test("a connection that is cut is no answer, with the network's own words", async () => {
  const { hub } = await startHub((request) => request.socket.destroy());
  await expect(hub.ask({ method: "GET", path: "hub/api/", as: "nobody" }, soon())).rejects.toMatchObject({
    name: "NoAnswer",
    message: expect.stringMatching(/other side closed|ECONNRESET/),
  });
});
