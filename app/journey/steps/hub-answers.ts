import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { Met, type Sight } from "../sight.ts";
import { parseJson, type Traveller } from "../traveller.ts";

const versionAnswer = z.object({ version: z.string() });
const classAnswer = z.object({ class: z.string() });
const infoAnswer = z.object({ authenticator: classAnswer, spawner: classAnswer });

/** A hub that was just changed is away for some seconds. */
const PATIENCE_MS = 20_000;
const PAUSE_MS = 1_000;

/** The hub says its version and what it is made of, and knows the probe. */
export async function hubAnswers(traveller: Traveller): Promise<string> {
  const { plan } = traveller;
  traveller.doing = "ask the hub for its version";
  const version = await askPatiently(traveller);
  if (plan.jupyterhubVersion !== undefined && version !== plan.jupyterhubVersion)
    throw new Met({ kind: "version", found: version, expected: plan.jupyterhubVersion });
  if (!(await traveller.ports.cluster.hasToken()))
    throw new Met({ kind: "probe-missing", missing: "token", detail: "Secret hub has no key hub.services.campanile.apiToken." });
  traveller.doing = "ask the hub what it is made of";
  const answer = await traveller.ask({ method: "GET", path: "hub/api/info" });
  if (answer.status === 403) throw new Met(refusal(answer.text, "read:hub"));
  if (answer.status !== 200) throw new Met({ kind: "status", doing: traveller.doing, status: answer.status, text: answer.text });
  const info = infoAnswer.safeParse(parseJson(answer.text));
  if (!info.success) throw new Met({ kind: "not-the-hub", found: answer.text });
  const found = { authenticator: lastPart(info.data.authenticator.class), spawner: lastPart(info.data.spawner.class) };
  for (const what of ["authenticator", "spawner"] as const) {
    const expected = plan[what];
    if (expected !== undefined && withoutLocal(found[what]) !== withoutLocal(expected))
      throw new Met({ kind: "class", what, found: found[what], expected });
  }
  return `JupyterHub ${version}, ${found.authenticator}, ${found.spawner}`;
}

/** A hub tells rights that are lacking from a token that it does not know. */
export function refusal(text: string, scope: string): Sight {
  if (/scope/i.test(text)) return { kind: "probe-missing", missing: "scopes", detail: `It has not the scope ${scope}.` };
  return {
    kind: "probe-missing",
    missing: "refused",
    detail: "Secret hub has one that the hub does not take; it reads it only at its start.",
  };
}

async function askPatiently(traveller: Traveller): Promise<string> {
  for (const giveUpAt = Date.now() + PATIENCE_MS; ; await pause(PAUSE_MS, undefined, { signal: traveller.signal })) {
    try {
      const { status, text } = await traveller.ask({ method: "GET", path: "hub/api/", as: "nobody" });
      const said = versionAnswer.safeParse(parseJson(text));
      if (status === 200 && said.success) return said.data.version;
      if (status < 500) throw new Met({ kind: "not-the-hub", found: `${status} ${text}` });
      throw new Met({ kind: "status", doing: traveller.doing, status, text });
    } catch (error) {
      if (!(error instanceof Met) || error.sight.kind === "not-the-hub" || Date.now() > giveUpAt) throw error;
      // A pod that will not come up by itself is no reason to be patient.
      const { hub, proxy } = await traveller.look();
      if (hub?.verdict || proxy?.verdict) throw error;
    }
  }
}

const lastPart = (dotted: string) => dotted.split(".").at(-1) ?? dotted;

/** @see oauthenticator: LocalGoogleOAuthenticator and its like only add users of the machine */
const withoutLocal = (name: string) => name.replace(/^Local(?=.+Authenticator$)/, "");
