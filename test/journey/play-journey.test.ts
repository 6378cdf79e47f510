import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { createHubClient } from "../../app/adapters/jupyterhub/hub-client.ts";
import type { JourneyPlan } from "../../app/journey/plan.ts";
import { playJourney } from "../../app/journey/play-journey.ts";
import type { JourneyMarker, LooksAtHub, PodSight } from "../../app/journey/ports.ts";

type Answer = [status: number, body: object | string];

const MARKER: JourneyMarker = { journey: "this one", host: "here", pid: 1, startedAt: "2026-11-25T10:00:00.000Z" };
const NO_SERVER: Answer = [200, { name: "campanile-probe", servers: {} }];
const running = (options: object): Answer => [200, { servers: { "": { ready: true, pending: null, user_options: options } } }];

/** What a hub in order answers to the first questions. */
const IN_ORDER: Record<string, Answer> = {
  "GET /hub/api/": [200, { version: "5.5.0" }],
  "GET /hub/api/info": [
    200,
    { authenticator: { class: "jupyterhub.auth.DummyAuthenticator" }, spawner: { class: "kubespawner.spawner.KubeSpawner" } },
  ],
  "GET /hub/api/users/campanile-probe": NO_SERVER,
};

const pod = (name: string): PodSight => ({
  name,
  phase: "Running",
  isReady: true,
  restarts: 0,
  image: "",
  imageId: "",
  mounts: [],
  events: [],
});
const READY: LooksAtHub = {
  hasToken: async () => true,
  look: async () => ({ hub: pod("hub"), proxy: pod("proxy"), server: undefined }),
  countSharers: async () => 0,
  fetchLog: async () => "",
};

/** A journey to a hub that gives these answers, and the requests that it got. */
async function play(
  answers: Record<string, Answer | (() => Answer)>,
  plan: Partial<JourneyPlan> = {},
  cluster = READY,
  delayMs = 0,
) {
  const requests: string[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const asked = `${request.method} ${request.url}`;
    requests.push(asked);
    const given = { ...IN_ORDER, ...answers }[asked] ?? [404, { message: "Not found" }];
    const [status, body] = typeof given === "function" ? given() : given;
    if (request.method === "POST") await sleep(delayMs);
    response.writeHead(status, { "content-type": typeof body === "string" ? "text/event-stream" : "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const publicUrl = "https://data8.example/";
  const report = await playJourney(
    { release: "data8-staging", user: "campanile-probe", publicUrl, profiles: [], imports: [], ...plan },
    {
      hub: createHubClient({ publicUrl, address: `http://127.0.0.1:${port}`, fetchToken: async () => "of-the-probe" }),
      cluster,
      lookAs: () => cluster,
      git: { fetchHead: async () => ({ kind: "no-answer", why: "nobody asks" }) },
      redact: (text) => text,
      player: MARKER,
      isPlaying: ({ pid }) => pid === 2,
    },
    { signal: new AbortController().signal },
  );
  const outcomes = Object.fromEntries(
    report.steps.map(({ step, outcome }) => [
      step,
      "explanation" in outcome ? `${outcome.kind} ${outcome.explanation.code}` : outcome.kind,
    ]),
  );
  return { report, outcomes, requests };
}

const SERVER = "/hub/api/users/campanile-probe/server";
const STOP = `DELETE ${SERVER}`;

test("a server that another journey plays on is left alone", async () => {
  const { outcomes, requests } = await play({
    "GET /hub/api/users/campanile-probe": running({ campanile: { ...MARKER, journey: "another", pid: 2 } }),
  });
  expect(outcomes).toMatchObject({ hub: "works", server: "could-not-tell journey-runs", kernel: "not-reached" });
  expect(requests).not.toContain(STOP);
});

test("a server that somebody else starts at the same moment is left alone too", async () => {
  const { outcomes, requests } = await play({ [`POST ${SERVER}`]: [400, { message: "campanile-probe is pending spawn" }] });
  expect(outcomes).toMatchObject({ server: "could-not-tell journey-runs", "clean-up": "works" });
  expect(requests).not.toContain(STOP);
});

const BUSY: Answer = [429, { message: "Active user limit exceeded" }];

const left = (pid: number) => running({ campanile: { ...MARKER, journey: "another", pid } });

test.each<[string, Answer, string, boolean]>([
  ["nobody plays on", left(3), "could-not-tell hub-busy", true],
  ["another journey plays on", left(2), "could-not-tell journey-runs", false],
  ["there is none of, because the hub does not know them yet", [404, {}], "could-not-tell hub-busy", false],
])("a classmate's server that %s", async (_title, found, expected, isCleared) => {
  let isStopped = false;
  const { outcomes } = await play(
    {
      "GET /hub/api/users/ada": () => (isStopped ? NO_SERVER : found),
      "DELETE /hub/api/users/ada/server": () => {
        isStopped = true;
        return [204, {}];
      },
      [`POST ${SERVER}`]: BUSY,
    },
    { classmate: "ada" },
  );
  expect(outcomes).toMatchObject({ server: expected });
  expect(isStopped).toBe(isCleared);
});

test.each<[string, Record<string, Answer>, Partial<JourneyPlan>, object]>([
  [
    "another JupyterHub than the pinned one",
    {},
    { jupyterhubVersion: "5.4.0" },
    { hub: "broken other-version", server: "not-reached" },
  ],
  ["another authenticator", {}, { authenticator: "GoogleOAuthenticator" }, { hub: "broken other-authenticator" }],
  [
    "a token with too few rights",
    { "GET /hub/api/info": [403, { message: "Action is not authorized with current scopes; requires any of [read:hub]" }] },
    {},
    { hub: "could-not-tell probe-missing" },
  ],
  [
    "a user who is not there",
    { "GET /hub/api/users/campanile-probe": [404, {}] },
    {},
    { hub: "works", server: "could-not-tell probe-missing" },
  ],
  [
    "too many servers",
    { [`POST ${SERVER}`]: [429, { message: "Active user limit exceeded" }] },
    {},
    { server: "could-not-tell hub-busy" },
  ],
  [
    "a start that fails",
    {
      [`POST ${SERVER}`]: [202, {}],
      [`GET ${SERVER}/progress`]: [
        200,
        'data: {"progress": 0, "message": "Server requested"}\n\ndata: {"failed": true, "message": "Spawn failed: Server at http://10.1.2.3:8888/ did not respond in 30 seconds"}\n\n',
      ],
    },
    {},
    { server: "broken server-not-up" },
  ],
  [
    "a click that ends at a form, where a provider is configured",
    { "GET /hub/user-redirect/tree": [200, { page: "<input name=username>" }] },
    { door: { kind: "provider", host: "accounts.google.com", callbacks: [] } },
    { login: "broken login-elsewhere" },
  ],
])("%s", async (_title, answers, plan, expected) => {
  expect((await play(answers, plan)).outcomes).toMatchObject(expected);
});

test("what was asked and answered is evidence, with the time that each step took", async () => {
  const { report } = await play({ [`POST ${SERVER}`]: [429, { message: "Active user limit exceeded" }] });
  const [hub, , server] = report.steps;
  expect(hub?.evidence.map(({ text }) => text)).toContain('GET /hub/api/ as nobody -> 200 {"version":"5.5.0"}');
  expect(server?.evidence.map(({ text }) => text)).toContain(`POST ${SERVER} -> 429 {"message":"Active user limit exceeded"}`);
  expect(server?.latencyMs).toBeGreaterThan(0);
});

test("a server that died while the hub stumbled over it is told by its own log, though its pod is gone by then", async () => {
  const crashed = { ...pod("jupyter-campanile-probe"), restarts: 1, lastEnding: "Error (exit code 1)" };
  const sights = [crashed];
  const { outcomes, report } = await play(
    { [`POST ${SERVER}`]: [500, { message: "Internal Server Error" }] },
    {},
    {
      ...READY,
      look: async () => ({ hub: pod("hub"), proxy: pod("proxy"), server: sights.shift() }),
      fetchLog: async ({ name }) => (name === crashed.name ? "OSError: [Errno 30] Read-only file system: '/home/jovyan'" : ""),
    },
    3_000,
  );
  expect(outcomes).toMatchObject({ server: "broken server-not-up", "clean-up": "works" });
  expect(report.steps.find(({ step }) => step === "server")?.outcome).toMatchObject({ fault: "storage" });
});
