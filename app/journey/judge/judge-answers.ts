import type { Sight } from "../sight.ts";
import { judgeCore, judgeDatabase, judgeVerdict } from "./judge-pods.ts";
import { broken, type Circumstances, couldNot, firstWords, lastPythonLine, type Told } from "./told.ts";

export function judgeSilence({ doing, why }: Extract<Sight, { kind: "no-answer" }>, around: Circumstances): Told {
  const core = judgeCore(around);
  if (core) return core;
  return couldNot(
    "no-answer",
    `Nothing answered when Campanile wanted to ${doing}.`,
    `The network says: ${why}. ${around.pods ? "The pods of hub and proxy are ready" : "The cluster did not answer either"}.`,
    "If students cannot reach the hub either, look at ingress, name service and certificate. Else the way from Campanile to the hub is blocked.",
  );
}

export function judgeStatus({ doing, status, text }: Extract<Sight, { kind: "status" }>, around: Circumstances): Told {
  const what = `The hub did not let Campanile ${doing}.`;
  const says = `It answered ${status}${text === "" ? "" : `: ${firstWords(text)}`}.`;
  const database = judgeDatabase(around.log);
  // 424 is what the hub says in the place of a server to which the proxy knows no way.
  if (status >= 500 || status === 424) {
    const core = judgeCore(around) ?? database;
    if (core) return core;
    const line = lastPythonLine(around.log);
    return broken("hub", "hub-errors", what, line === undefined ? says : `${says} The hub's log ends with: ${line}.`, HUB_FIX);
  }
  if (status === 401 || status === 403)
    return (
      database ??
      couldNot("probe-refused", what, says, "Declare the probe in the hub's values as docs/probe-user.md says, and deploy them.")
    );
  if (status === 429)
    return couldNot("hub-busy", what, says, "As many servers are starting, or run, as the values allow. It is tried again.");
  return broken("hub", "unexpected-answer", what, says, HUB_FIX);
}

const HUB_FIX = "Read the hub's log (kubectl logs deploy/hub), and correct the values in a new pull request.";
export function judgeLateness({ seconds, doing }: Extract<Sight, { kind: "over-budget" }>, around: Circumstances): Told {
  const core = judgeCore(around);
  if (core) return core;
  const server = around.pods?.server;
  if (server?.verdict) return judgeVerdict(server.verdict, "image", around.log);
  const last = server && !server.isReady ? ` The last that is known of its pod: ${server.events.at(-1) ?? server.phase}.` : "";
  return couldNot(
    "too-slow",
    `It took longer than ${seconds} s to ${doing}.`,
    `That is the budget of this step.${last}`,
    "It is tried again. If it is slow every time, look at the nodes' load, at the size of the image and at the file share.",
  );
}
