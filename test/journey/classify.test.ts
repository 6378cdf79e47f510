import { expect, test } from "vitest";
import { classify } from "../../app/journey/classify.ts";
import { outcomeOf } from "../../app/journey/journey.ts";
import type { PodSight } from "../../app/journey/ports.ts";
import type { Sight } from "../../app/journey/sight.ts";

const IMAGE = `registry.example/user-data8:2026.11.1@sha256:${"be18".padEnd(64, "0")}`;

function pod(name: string, more: Partial<PodSight> = {}): PodSight {
  return { name, phase: "Running", isReady: true, restarts: 0, image: IMAGE, imageId: "", mounts: [], events: [], ...more };
}

const verdict = (code: string, why: string) => ({ code, what: "It does not come up.", why, fix: "Look." });
const waiting = { phase: "Pending", isReady: false };

interface Case {
  sight: Sight;
  hub?: Partial<PodSight>;
  proxy?: Partial<PodSight>;
  server?: Partial<PodSight>;
  log?: string;
}

const asking = { doing: "ask the hub for its version" };
const silence: Sight = { kind: "no-answer", ...asking, why: "connect ECONNREFUSED" };
const stuck: Sight = { kind: "pod-stuck", pod: pod("jupyter-campanile-probe"), log: "" };
const failed: Sight = {
  kind: "spawn-failed",
  says: "Spawn failed: Server at http://10.1.2.3:8888/ didn't respond in 30 seconds",
  seconds: 30,
};
const gaveUp: Sight = {
  kind: "spawn-failed",
  says: "Spawn failed:",
  seconds: 300,
  lastEvent: "[Normal] Pulling image user-data8",
};
const late: Sight = { kind: "over-budget", seconds: 60, doing: "start the server" };
const answer = (status: number, text = ""): Sight => ({ kind: "status", ...asking, status, text });
const python = (name: string, message: string) => ({ kind: "error" as const, printed: "", name, message, traceback: "" });
const cell = (
  doing: Extract<Sight, { kind: "cell" }>["doing"],
  end: Extract<Sight, { kind: "cell" }>["end"],
  kills = 0,
): Sight => ({ kind: "cell", doing, what: "import datascience", end, kills });
const died = { kind: "died" as const, printed: "" };
const pull = (message: string, more: object = {}): Sight => ({
  kind: "pull",
  message,
  repository: "https://github.com/data-8/materials",
  isReachedByUs: true,
  ...more,
});

const HOME = { mountPath: "/home/jovyan", volume: "claim homes", folder: "all" };
const SQLITE = `  File x
sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) unable to open database file
(Background on this error at: https://sqlalche.me/e/20/e3q8)
[C 2026-11-25 23:06:46.772 JupyterHub app:2034] If you recently upgraded JupyterHub, try running.
`;

test.each<[string, Case, string, RegExp?]>([
  [
    "a hub that says itself why it ends",
    {
      sight: silence,
      hub: { ...waiting, verdict: verdict("crash-loop", "It ended with Error.") },
      log: "[E 2026-11-25 23:06:46.771 JupyterHub app:2029] Failed to connect to db: sqlite:////gone\n[C 2026-11-25 23:06:46.772 JupyterHub app:2034] If you recently upgraded JupyterHub, try running\n        jupyterhub upgrade-db\n    to upgrade your JupyterHub database schema",
    },
    "broken hub crash-loop",
    /Failed to connect to db: sqlite/,
  ],
  [
    "a server that a new proxy does not find yet",
    { sight: answer(424), proxy: { runsForSeconds: 8 } },
    "could-not-tell proxy-restarted",
  ],
  ["a server that an old proxy does not find", { sight: answer(424), proxy: { runsForSeconds: 900 } }, "broken hub hub-errors"],
  [
    "a hub that takes every token for a wrong one, because its database is gone",
    { sight: { kind: "probe-missing", missing: "refused", detail: "x" }, log: SQLITE },
    "broken hub hub-database",
  ],
  [
    "a hub with a mistake in a page of its own",
    { sight: answer(500, "Internal Server Error"), log: "KeyError: 'x'" },
    "broken hub hub-errors",
    /KeyError: 'x'/,
  ],
  [
    "a hub that crashes",
    {
      sight: silence,
      hub: { ...waiting, verdict: verdict("crash-loop", "It ended with Error.") },
      log: "x\nNameError: name 'c0' is not defined",
    },
    "broken hub crash-loop",
    /NameError: name 'c0'/,
  ],
  [
    "a hub whose database cannot be opened",
    { sight: answer(503), hub: { ...waiting, verdict: verdict("crash-loop", "It ended with Error.") }, log: SQLITE },
    "broken hub crash-loop",
    /unable to open database/,
  ],
  ["a hub that starts", { sight: silence, hub: waiting }, "could-not-tell hub-restarting"],
  [
    "a hub for which there is no room",
    { sight: silence, hub: { ...waiting, verdict: verdict("unschedulable", "0/2 nodes are available: 2 Insufficient memory.") } },
    "could-not-tell no-capacity",
  ],
  [
    "a proxy that crashes",
    { sight: silence, proxy: { ...waiting, verdict: verdict("crash-loop", "It ended with Error.") } },
    "broken proxy crash-loop",
  ],
  ["a proxy that restarts", { sight: answer(502), proxy: waiting }, "could-not-tell proxy-restarting"],
  ["silence while all pods are ready", { sight: silence }, "could-not-tell no-answer", /ECONNREFUSED/],
  [
    "a hub that answers 500",
    { sight: answer(500, "Internal Server Error"), log: SQLITE },
    "broken hub hub-database",
    /OperationalError/,
  ],
  ["a token that is refused", { sight: answer(403) }, "could-not-tell probe-refused"],
  ["too many servers at once", { sight: answer(429) }, "could-not-tell hub-busy"],
  ["another page at the address", { sight: { kind: "not-the-hub", found: "default backend - 404" } }, "broken proxy not-the-hub"],
  [
    "a user who is not declared",
    { sight: { kind: "probe-missing", missing: "user", detail: "x" } },
    "could-not-tell probe-missing",
  ],
  [
    "an image that does not exist",
    { sight: stuck, server: { ...waiting, verdict: verdict("image-pull", "not found") } },
    "broken image image-pull",
  ],
  [
    "no room for a server",
    {
      sight: stuck,
      server: { ...waiting, verdict: verdict("unschedulable", "0/1 nodes are available: 1 Insufficient memory.") },
    },
    "could-not-tell no-capacity",
  ],
  [
    "no room, told by the hub alone",
    {
      sight: { kind: "spawn-failed", says: "[Warning] 0/1 nodes are available: 1 Insufficient cpu.", seconds: 30 },
      server: waiting,
    },
    "could-not-tell no-capacity",
  ],
  [
    "no node of the kind that is asked for",
    {
      sight: stuck,
      server: {
        ...waiting,
        verdict: verdict("unschedulable", "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."),
      },
    },
    "broken hub unschedulable",
  ],
  [
    "a claim that nobody fills",
    {
      sight: stuck,
      server: {
        ...waiting,
        verdict: verdict("unschedulable", "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
      },
    },
    "broken storage unschedulable",
  ],
  [
    "a share that cannot be mounted",
    { sight: stuck, server: { ...waiting, verdict: verdict("volume-mount", "mount.nfs: timed out") } },
    "broken storage volume-mount",
  ],
  [
    "a Secret that is not there",
    { sight: stuck, server: { ...waiting, verdict: verdict("container-not-created", 'secret "x" not found') } },
    "broken hub container-not-created",
  ],
  [
    "an image without the server's program",
    {
      sight: stuck,
      server: {
        ...waiting,
        verdict: verdict("container-not-created", 'exec: "jupyterhub-singleuser": executable file not found in $PATH'),
      },
    },
    "broken image container-not-created",
  ],
  [
    "a home that cannot be written",
    {
      sight: stuck,
      server: { ...waiting, verdict: verdict("crash-loop", "Error.") },
      log: "PermissionError: [Errno 13] Permission denied: '/home/jovyan/.local'",
    },
    "broken storage crash-loop",
  ],
  [
    "a server that ends at once",
    {
      sight: stuck,
      server: { ...waiting, verdict: verdict("crash-loop", "Error.") },
      log: "ModuleNotFoundError: No module named 'jupyterhub'",
    },
    "broken image crash-loop",
  ],
  [
    "a server that takes more than its limit at its start",
    { sight: stuck, server: { ...waiting, verdict: verdict("crash-loop", "It ended with OOMKilled (exit code 137).") } },
    "broken hub crash-loop",
  ],
  ["a server that never answers", { sight: failed, server: { isReady: false } }, "broken image server-not-up"],
  [
    "a start that takes longer than the hub waits, which is all that it says",
    { sight: gaveUp },
    "could-not-tell too-slow",
    /after 300 s.*Pulling image user-data8/,
  ],
  [
    "a start that was given up and whose server has a reason",
    { sight: gaveUp, log: "PermissionError: [Errno 13] Permission denied: '/home/jovyan/.local'" },
    "broken storage server-not-up",
  ],
  [
    "a start that the hub's own restart cut off",
    { sight: failed, hub: waiting, server: waiting },
    "could-not-tell hub-restarting",
  ],
  [
    "a step that is too slow",
    { sight: late, server: { ...waiting, events: ["Pulling: image"] } },
    "could-not-tell too-slow",
    /Pulling/,
  ],
  [
    "a step that a crashing hub makes slow",
    { sight: late, hub: { ...waiting, verdict: verdict("crash-loop", "Error.") } },
    "broken hub crash-loop",
  ],
  ["another image", { sight: { kind: "image", found: "x/user@sha256:1", expected: IMAGE } }, "broken image other-image"],
  [
    "a package that is gone",
    { sight: cell("import", python("ModuleNotFoundError", "No module named 'datascience'")), server: { imageId: IMAGE } },
    "broken image import-fails",
    /`import datascience` fails in user-data8@sha256:be1800000000/,
  ],
  [
    "a home without room",
    { sight: cell("write", python("OSError", "[Errno 28] No space left on device")), server: {} },
    "broken storage home-not-writable",
  ],
  [
    "a notebook with a mistake",
    { sight: cell("notebook", python("NameError", "name 'x' is not defined")), server: {} },
    "broken content notebook-fails",
  ],
  [
    "a notebook that wants what the image lacks",
    { sight: cell("notebook", python("ModuleNotFoundError", "No module named 'x'")), server: {} },
    "broken image notebook-fails",
  ],
  [
    "a kernel that is killed for its memory",
    { sight: cell("import", died, 1), server: { memoryLimitBytes: 256 * 1024 ** 2 } },
    "broken hub out-of-memory",
    /256 MiB/,
  ],
  [
    "a container that is killed for its memory",
    { sight: cell("import", { kind: "cut-off", printed: "" }), server: { lastEnding: "OOMKilled (exit code 137)" } },
    "broken hub out-of-memory",
  ],
  ["a notebook that takes too much memory", { sight: cell("notebook", died, 1), server: {} }, "broken content out-of-memory"],
  ["a kernel that crashes", { sight: cell("import", died), server: {} }, "broken image kernel-died"],
  [
    "a connection that ends",
    { sight: cell("import", { kind: "cut-off", printed: "" }), server: {} },
    "could-not-tell connection-lost",
  ],
  [
    "a branch that does not exist",
    { sight: pull("exit status 128", { branch: "fall", branches: ["fall26", "main"] }) },
    "broken content no-branch",
    /Did you mean fall26/,
  ],
  [
    "a repository that servers do not reach",
    { sight: pull("fatal: unable to access: Could not resolve host: github.com") },
    "broken hub git-unreachable",
  ],
  [
    "a repository that nobody reaches",
    { sight: pull("Failed to connect to github.com", { isReachedByUs: false }) },
    "could-not-tell git-unreachable",
  ],
  [
    "a repository that is not public",
    { sight: pull("fatal: could not read Username for 'https://github.com'") },
    "broken content repository-refused",
  ],
  ["a file that is gone", { sight: { kind: "file-lost", file: "kept.txt" } }, "broken storage file-lost"],
  [
    "a home that others have too",
    { sight: { kind: "home-shared", home: HOME, sharers: 2 } },
    "broken storage home-shared",
    /home is claim homes, folder all, and 2 servers of other users have the same.*\{username\}/,
  ],
  [
    "a home that everybody is given",
    { sight: { kind: "home-shared", home: HOME, sharers: 0 } },
    "broken storage home-shared",
    /which the values give every user/,
  ],
  ["a file that others read", { sight: { kind: "seen-by-others", who: "Somebody", file: "kept.txt" } }, "broken hub file-seen"],
  ["another journey", { sight: { kind: "in-use", host: "x", startedAt: "2026-11-25T10:00:00Z" } }, "could-not-tell journey-runs"],
  ["an end from outside", { sight: { kind: "ended" } }, "could-not-tell journey-ended"],
])("%s", (_title, { sight, hub = {}, proxy = {}, server, log = "" }, expected, words = /./) => {
  const told = classify(sight, {
    user: "campanile-probe",
    pods: { hub: pod("hub-1", hub), proxy: pod("proxy-1", proxy), server: server && pod("jupyter-campanile-probe", server) },
    log,
  });
  const { code, what, why, fix } = told.explanation;
  expect([told.kind, told.kind === "broken" ? told.fault : "", code].filter(Boolean).join(" ")).toBe(expected);
  expect(`${what} ${why} ${fix}`).toMatch(words);
});

test("a cluster that does not answer either leaves it open", () => {
  expect(classify(silence, { user: "campanile-probe", pods: undefined, log: "" })).toMatchObject({ kind: "could-not-tell" });
});

test.each([
  [["works", "not-asked", "works"], "works"],
  [["works", "could-not-tell", "not-reached"], "could-not-tell"],
  [["could-not-tell", "broken"], "broken"],
  [["not-asked"], "could-not-tell"],
] as const)("a journey of %j is %s", (kinds, expected) => {
  const explanation = { code: "x", what: "", why: "", fix: "" };
  const outcomes = kinds.map((kind) => ({
    outcome:
      kind === "broken"
        ? { kind, fault: "hub" as const, explanation }
        : kind === "could-not-tell"
          ? { kind, explanation }
          : { kind, says: "" },
  }));
  expect(outcomeOf(outcomes)).toBe(expected);
});
