import type { Explanation } from "../../domain/errors.ts";
import type { Fault } from "../journey.ts";
import type { Sight } from "../sight.ts";
import { broken, brokenBy, type Circumstances, couldNot, databaseLine, firstWords, lastPythonLine, type Told } from "./told.ts";

/** A pod's own reason counts more than what is guessed from an answer. */
export function judgeCore({ pods, log }: Circumstances): Told | undefined {
  if (pods && !pods.hub)
    return broken(
      "hub",
      "no-hub",
      "There is no hub in this namespace.",
      "No pod has the label component=hub.",
      "Look at the release with helm status, and at the Deployment hub.",
    );
  for (const [pod, fault] of [
    [pods?.hub, "hub"],
    [pods?.proxy, "proxy"],
  ] as const) {
    if (!pod) continue;
    if (pod.verdict) return judgeVerdict(pod.verdict, fault, log);
    if (!pod.isReady)
      return couldNot(
        `${fault}-restarting`,
        `The ${fault} is not ready.`,
        `Its pod ${pod.name} is ${pod.phase}, ${pod.restarts} restarts so far.`,
        "Nobody has to do anything yet: it is tried again. If it stays so, look at the pod's log.",
      );
  }
  const { proxy } = pods ?? {};
  if (proxy?.runsForSeconds === undefined || proxy.runsForSeconds > SETTLED_SECONDS) return undefined;
  return couldNot(
    "proxy-restarted",
    "The proxy was started anew in the middle of it.",
    `Its pod ${proxy.name} runs for ${Math.round(proxy.runsForSeconds)} s. Until the hub has told it all servers again, it finds none.`,
    "Nobody has to do anything: it is tried again. Open notebooks connect again by themselves.",
  );
}

/** The hub compares its list of servers with the proxy's every 30 seconds. @see JupyterHub, proxy_check_interval */
const SETTLED_SECONDS = 60;

/**
 * @param verdict why the pod will not come up
 * @param fault whose pod it is
 */
export function judgeVerdict(verdict: Explanation, fault: Fault, log: string): Told {
  switch (verdict.code) {
    case "unschedulable":
      return judgeScheduling(verdict);
    case "volume-mount":
      return brokenBy("storage", verdict);
    case "container-not-created":
      // Either the image has no such program, or the values name a Secret or a key that is not there.
      return brokenBy(MISSING_PROGRAM.test(verdict.why) ? fault : "hub", verdict);
    case "crash-loop": {
      const line = lastPythonLine(log);
      const said = line === undefined ? verdict : { ...verdict, why: `${verdict.why} Its log ends with: ${line}.` };
      if (STORAGE_WORDS.test(line ?? "")) return brokenBy("storage", said);
      return brokenBy(/OOMKilled/.test(verdict.why) ? "hub" : fault, said);
    }
    default:
      return brokenBy(fault, verdict);
  }
}

const STORAGE_WORDS =
  /permission denied|PermissionError|read-only file system|no space left|disk quota exceeded|stale file handle/i;
const MISSING_PROGRAM = /executable file not found|no such file or directory: unknown/i;

/** @returns undefined when the log says nothing of a database */
export function judgeDatabase(log: string): Told | undefined {
  const line = databaseLine(log);
  if (line === undefined) return undefined;
  return broken(
    "hub",
    "hub-database",
    "The hub runs, and its database does not.",
    `The hub's log says: ${firstWords(line)}. Nobody can log in or start a server.`,
    "Look at hub.db in the values, and at the volume or the server that holds it. Bring it back from its last backup if it is damaged.",
  );
}

/** No node has room now, or none is of the kind that the values ask for: the first passes, the second does not. */
function judgeScheduling(verdict: Explanation): Told {
  if (/unbound immediate PersistentVolumeClaims|persistentvolumeclaim ".*" not found|volume node affinity/i.test(verdict.why))
    return brokenBy("storage", { ...verdict, fix: STORAGE_FIX });
  if (/insufficient|too many pods|unschedulable|not-ready|unreachable|disk-pressure|memory-pressure/i.test(verdict.why))
    return couldNot(
      "no-capacity",
      verdict.what,
      verdict.why,
      "Nothing is said about the release: the cluster has no room for one more server. If it stays so, a server asks for more than any node has (singleuser.memory, singleuser.cpu), or the node pool has reached its limit.",
    );
  return brokenBy("hub", verdict);
}

const STORAGE_FIX = "Look at the claim with kubectl describe pvc: storage class, capacity, and whether the file share is there.";

export function judgeSpawn(sight: Extract<Sight, { kind: "pod-stuck" | "spawn-failed" }>, around: Circumstances): Told {
  const { pods, log, user } = around;
  const pod = pods?.server;
  if (pod?.verdict) return judgeVerdict(pod.verdict, "image", log);
  const core = pods?.hub && !pods.hub.isReady ? judgeCore(around) : undefined;
  if (core) return core;
  const says = sight.kind === "spawn-failed" ? sight.says : "it did not say why";
  const last = pod?.events.at(-1);
  if (/FailedScheduling|Insufficient/i.test(`${says} ${last ?? ""}`))
    return judgeScheduling({
      code: "unschedulable",
      what: `No node can take the server of ${user}.`,
      why: `The scheduler says: ${last ?? says}.`,
      fix: "Check node selectors, tolerations and requests in the values against the node pools that the cluster really has.",
    });
  const line = lastPythonLine(log);
  if (sight.kind === "spawn-failed" && line === undefined && GAVE_UP.test(says)) return judgeSlowSpawn(sight, user);
  const why = [`The hub says: ${firstWords(says)}.`, line === undefined ? "" : `The server's log ends with: ${line}.`];
  return broken(
    STORAGE_WORDS.test(line ?? "") ? "storage" : "image",
    "server-not-up",
    `The server of ${user} did not start.`,
    why.filter(Boolean).join(" "),
    "Start a server by hand and read its log (kubectl logs jupyter-NAME). Most often the image lacks jupyterhub-singleuser in the hub's version, or the home cannot be written.",
  );
}

/** When its own limit for a start has passed, the hub names no reason. @see JupyterHub, Spawner.start_timeout */
const GAVE_UP = /^Spawn failed:\s*(?:Timeout|TimeoutError)?[.!]?\s*$/i;

function judgeSlowSpawn({ seconds, lastEvent }: Extract<Sight, { kind: "spawn-failed" }>, user: string): Told {
  const last = lastEvent === undefined ? "" : ` The last that was told of it: ${firstWords(lastEvent)}.`;
  return couldNot(
    "too-slow",
    `The hub gave up on the server of ${user} after ${seconds} s.`,
    `It names no reason but its own limit for a start.${last}`,
    "It is tried again. If it is slow every time, students wait as long: look at the nodes' load, at the size of the image, at the file share, and at singleuser.startTimeout in the values.",
  );
}
