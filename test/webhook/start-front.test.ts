import { createHmac, randomUUID } from "node:crypto";
import { connect } from "node:net";
import pino from "pino";
import { Counter, Registry } from "prom-client";
import { expect, onTestFinished, test } from "vitest";
import type { Delivery } from "../../app/webhook/delivery.ts";
import { type FrontOptions, startFront } from "../../app/webhook/start-front.ts";

const SECRET = "f1e2d3c4b5a697887766554433221100";
const PREVIOUS = "00112233445566778899aabbccddeeff";

const sign = (body: string | Buffer, secret = SECRET) => `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

/** A front on a free port, with an inbox that keeps what it accepts and knows what it has. */
async function startTestFront(more: Partial<FrontOptions> = {}) {
  const stored: Delivery[] = [];
  const logged: string[] = [];
  const metrics = new Registry();
  new Counter({ name: "campanile_test_total", help: "A counter", registers: [metrics] }).inc();
  const { server, port } = await startFront({
    host: "127.0.0.1",
    port: 0,
    webhookSecrets: [SECRET, PREVIOUS],
    inbox: {
      async accept(delivery) {
        if (stored.some(({ guid }) => guid === delivery.guid)) return "duplicate";
        stored.push(delivery);
        return delivery.event === "push" ? "queued" : "ignored";
      },
    },
    readiness: async () => ({ ready: true }),
    metrics,
    log: pino({}, { write: (line: string) => void logged.push(line) }),
    ...more,
  });
  onTestFinished(() => server.close());
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    stored,
    logged,
    post: (body: string | Buffer, headers: Record<string, string | undefined> = {}) =>
      fetch(`${url}/api/github/webhooks`, {
        method: "POST",
        body: typeof body === "string" ? body : new Uint8Array(body),
        headers: Object.entries({
          "content-type": "application/json",
          "x-github-delivery": randomUUID(),
          "x-github-event": "push",
          "x-hub-signature-256": sign(body),
          ...headers,
        }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]])),
      }),
  };
}

test("a delivery that GitHub signed is stored with what it says, and answered 202", async () => {
  const front = await startTestFront();
  const guid = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
  const answer = await front.post('{"ref":"refs/heads/main"}', { "x-github-delivery": guid });
  expect([answer.status, await answer.json()]).toEqual([202, { status: "queued" }]);
  expect(front.stored).toEqual([{ guid, event: "push", payload: { ref: "refs/heads/main" } }]);
});

test("sent again under the same GUID, it is answered and not stored again", async () => {
  const front = await startTestFront();
  const guid = { "x-github-delivery": randomUUID() };
  await front.post("{}", guid);
  expect(await (await front.post("{}", guid)).json()).toEqual({ status: "duplicate" });
  expect(front.stored).toHaveLength(1);
});

test("the previous secret is good as long as it is named, and no other", async () => {
  const front = await startTestFront();
  expect((await front.post("{}", { "x-hub-signature-256": sign("{}", PREVIOUS) })).status).toBe(202);
  expect((await front.post("{}", { "x-hub-signature-256": sign("{}", "some other secret") })).status).toBe(401);
  const later = await startTestFront({ webhookSecrets: [SECRET] });
  expect((await later.post("{}", { "x-hub-signature-256": sign("{}", PREVIOUS) })).status).toBe(401);
});

const REFUSED: [string, number, Record<string, string | undefined>][] = [
  ["a forged signature", 401, { "x-hub-signature-256": sign("{}", "guessed") }],
  ["a signature of another body", 401, { "x-hub-signature-256": sign("{ }") }],
  [
    "a signature with the right hash of the old kind",
    400,
    { "x-hub-signature-256": undefined, "x-hub-signature": createHmac("sha1", SECRET).update("{}").digest("hex") },
  ],
  ["no signature", 400, { "x-hub-signature-256": undefined }],
  ["an empty signature", 400, { "x-hub-signature-256": "" }],
  ["half a signature", 400, { "x-hub-signature-256": sign("{}").slice(0, 40) }],
  ["no GUID", 400, { "x-github-delivery": undefined }],
  ["a GUID that names something else", 400, { "x-github-delivery": "../../etc/passwd" }],
  ["no event", 400, { "x-github-event": undefined }],
  ["an event that is no name", 400, { "x-github-event": "push; drop table" }],
];

test.each(REFUSED)("%s is refused with %i and nothing is stored", async (_what, status, headers) => {
  const front = await startTestFront();
  const answer = await front.post("{}", headers);
  expect(answer.status).toBe(status);
  expect(await answer.text()).not.toContain(SECRET);
  expect(front.stored).toEqual([]);
});

test("the signature is over the bytes as they came, not over what they mean", async () => {
  const front = await startTestFront();
  const body = '{\n  "b" : 1,\t"a":"\\u00e9é" }\n';
  expect((await front.post(body)).status).toBe(202);
  expect(front.stored[0]?.payload).toEqual({ b: 1, a: "éé" });
  expect((await front.post(body, { "x-hub-signature-256": sign(JSON.stringify(JSON.parse(body))) })).status).toBe(401);
});

test.each(["application/x-www-form-urlencoded", "text/plain"])(
  "a signed body of type %s is read like any other: it must be JSON",
  async (type) => {
    const front = await startTestFront();
    expect((await front.post("{}", { "content-type": type })).status).toBe(202);
    const form = await front.post("payload=%7B%7D", { "content-type": type });
    expect([form.status, await form.text()]).toEqual([400, expect.stringContaining("content type to application/json")]);
  },
);

test("an empty body is refused", async () => {
  const front = await startTestFront();
  expect((await front.post("")).status).toBe(400);
});

test("a body of 25 MB is taken, one of more than 26 MB is not", async () => {
  const front = await startTestFront();
  const bodyOf = (megabytes: number) =>
    Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(megabytes * 1024 * 1024, "x"), Buffer.from('"}')]);
  expect((await front.post(bodyOf(25))).status).toBe(202);
  expect(await sendLength(front.port, 27 * 1024 * 1024)).toMatch(/^HTTP\/1\.1 413 [\s\S]*larger than 26 MB/);
  expect(front.stored).toHaveLength(1);
});

/** Announces a body without sending it: the answer must not wait for it. */
function sendLength(port: number, bytes: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let answer = "";
  const socket = connect(port, "127.0.0.1", () => {
    socket.write(
      `POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n{`,
    );
  });
  socket.on("data", (chunk) => {
    answer += chunk.toString("utf8");
    if (answer.includes("}")) socket.destroy();
  });
  socket.on("close", () => resolve(answer));
  socket.on("error", reject);
  return promise;
}

test("202 is said only after the inbox has stored", async () => {
  const isStored = Promise.withResolvers<void>();
  const isAsked = Promise.withResolvers<void>();
  const order: string[] = [];
  const front = await startTestFront({
    inbox: {
      async accept() {
        isAsked.resolve();
        await isStored.promise;
        order.push("stored");
        return "queued";
      },
    },
  });
  const answering = front.post("{}").then(({ status }) => order.push(String(status)));
  await isAsked.promise;
  isStored.resolve();
  await answering;
  expect(order).toEqual(["stored", "202"]);
});

test("an inbox that cannot store is a 500 that asks for it again, and says nothing of why", async () => {
  const front = await startTestFront({
    inbox: { accept: async () => Promise.reject(new Error("password authentication failed for user x")) },
  });
  const answer = await front.post("{}");
  expect([answer.status, await answer.json()]).toEqual([500, { error: "Not stored. Please send it again." }]);
  expect(front.logged.join("")).toContain("password authentication failed");
});

test("an event that nobody knows is answered like any other", async () => {
  const front = await startTestFront();
  const answer = await front.post("{}", { "x-github-event": "made_up_next_year" });
  expect([answer.status, await answer.json()]).toEqual([202, { status: "ignored" }]);
});

test("health, readiness and metrics can be asked for", async () => {
  const front = await startTestFront();
  const get = async (path: string) => {
    const answer = await fetch(`${front.url}${path}`);
    return [answer.status, await answer.text()];
  };
  expect(await get("/healthz")).toEqual([200, '{"status":"ok"}']);
  expect(await get("/readyz")).toEqual([200, '{"status":"ready"}']);
  expect(await get("/metrics")).toEqual([200, expect.stringContaining("campanile_test_total 1")]);
});

test("not ready is a 503 with the reason, and still healthy", async () => {
  const front = await startTestFront({ readiness: async () => ({ ready: false, because: "the database does not answer" }) });
  const ready = await fetch(`${front.url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: "not ready", because: "the database does not answer" }]);
  expect((await fetch(`${front.url}/healthz`)).status).toBe(200);
});

test.each(["/", "/probot", "/setup", "/api/github", "/api/github/webhooks", "/app/main.ts", "/..%2fpackage.json"])(
  "%s shows nothing",
  async (path) => {
    const front = await startTestFront();
    expect((await fetch(`${front.url}${path}`)).status).toBe(404);
  },
);
