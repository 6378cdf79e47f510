import { expect, test } from "vitest";
import { NoAnswer } from "../../app/domain/hub-errors.ts";
import type { HubSight, JourneyPorts, PodSight } from "../../app/journey/ports.ts";
import { Met } from "../../app/journey/sight.ts";
import { createTraveller } from "../../app/journey/traveller.ts";

const SERVER: PodSight = {
  name: "jupyter-campanile-probe",
  phase: "Running",
  isReady: true,
  restarts: 0,
  image: "",
  imageId: "",
  mounts: [],
  events: [],
};
const KILLED: PodSight = { ...SERVER, phase: "Failed", isReady: false, lastEnding: "OOMKilled (exit code 137)" };

/** A server that goes away under a cell, and what its pod says at each look after that. */
function portsOf(servers: readonly (PodSight | undefined)[]): JourneyPorts & { looks(): number } {
  const left = [...servers];
  let looks = 0;
  let isUp = true;
  const cluster = {
    hasToken: async () => true,
    async look(): Promise<HubSight> {
      looks++;
      const server = left.length > 1 ? left.shift() : left[0];
      return { hub: undefined, proxy: undefined, server };
    },
    countSharers: async () => 0,
    fetchLog: async () => "",
  };
  return {
    looks: () => looks,
    hub: {
      ask: () => Promise.reject(new NoAnswer("connection refused")),
      follow: () => {
        throw new NoAnswer("connection refused");
      },
      async openKernel() {
        if (!isUp) throw new NoAnswer("connection refused");
        isUp = false;
        return { run: async () => ({ kind: "cut-off", printed: "" }), close: async () => {} };
      },
    },
    cluster,
    lookAs: () => cluster,
    git: { fetchHead: async () => ({ kind: "no-answer", why: "nobody asks" }) },
    redact: (text) => text,
    player: { journey: "this one", host: "here", pid: 1, startedAt: "2026-11-26T10:00:00.000Z" },
    isPlaying: () => false,
  };
}

async function metBy(ports: JourneyPorts): Promise<unknown> {
  const plan = { release: "data8-prod", user: "campanile-probe", publicUrl: "https://data8.example/", profiles: [], imports: [] };
  const traveller = createTraveller(plan, ports);
  traveller.beginStep(AbortSignal.timeout(20_000));
  return traveller.run("import datascience", { doing: "import", what: "import datascience" }).catch((error: unknown) => error);
}

test("a server that goes away under a cell is judged when its pod has said how it ended", async () => {
  const ports = portsOf([SERVER, SERVER, KILLED]);
  const met = await metBy(ports);
  expect(met instanceof Met && met.sight).toMatchObject({ kind: "cell", end: { kind: "cut-off" }, kills: 0 });
  expect(ports.looks()).toBe(3);
});

test.each<[string, PodSight | undefined, number]>([
  ["whose pod is gone is not waited for", undefined, 1],
  ["whose pod goes on running is waited for a moment, and no longer", SERVER, 11],
])("a server %s", async (_title, server, most) => {
  const ports = portsOf([server]);
  expect(await metBy(ports)).toBeInstanceOf(Met);
  expect(ports.looks()).toBeLessThanOrEqual(most);
});
