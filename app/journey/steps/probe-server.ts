import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { ImagePin } from "../../domain/hub.ts";
import { nameImage } from "../plan.ts";
import type { JourneyMarker } from "../ports.ts";
import { type CrashedPod, Met } from "../sight.ts";
import { messageOf, parseJson, type Traveller } from "../traveller.ts";
import { refusal } from "./hub-answers.ts";

const PAUSE_MS = 300;
/** Between looks at the pods: a cause that will not pass can wait as long. */
const LOOK_MS = 2_000;

const marker = z.object({ journey: z.string(), host: z.string(), pid: z.number(), startedAt: z.string() });
const userAnswer = z.object({
  servers: z
    .record(z.string(), z.object({ ready: z.boolean(), pending: z.string().nullish(), user_options: z.unknown() }))
    .default({}),
});
const progressEvent = z.object({
  message: z.string().default(""),
  ready: z.boolean().default(false),
  failed: z.boolean().default(false),
});

/** Starts the probe's server and follows its progress. What an earlier journey left is cleared away first. */
export async function startServer(traveller: Traveller): Promise<string> {
  const left = await clearLeftOvers(traveller);
  if (traveller.classmate) await clearWhereDeclared(traveller.classmate);
  await bringUp(traveller);
  const says = await checkImage(traveller, traveller.plan.image);
  return left ? `${says}; a server that an earlier journey left was stopped first` : says;
}

/**
 * @param profile its slug; what students get without choosing when left out
 * @throws {Met} when it does not come up
 */
export async function bringUp(traveller: Traveller, profile?: string): Promise<void> {
  const { user } = traveller.plan;
  traveller.doing = `start the server of ${user}`;
  traveller.hasServer = true;
  const ended = new AbortController();
  const signal = AbortSignal.any([traveller.signal, ended.signal]);
  const seen: Seen = { crashed: undefined };
  try {
    await Promise.race([startAndFollow(traveller, { profile, seen, signal }), watchPod(traveller, seen, signal)]);
  } finally {
    ended.abort();
  }
}

/** What was seen of a pod that ended, kept while the start goes on: a hub that gives up deletes the pod. */
interface Seen {
  crashed: CrashedPod | undefined;
}

interface Start {
  profile: string | undefined;
  seen: Seen;
  signal: AbortSignal;
}

async function startAndFollow(traveller: Traveller, { profile, seen, signal }: Start): Promise<void> {
  const path = `hub/api/users/${traveller.plan.user}/server`;
  const begunAt = performance.now();
  let last: string | undefined;
  const failure = (says: string) => {
    const seconds = Math.round((performance.now() - begunAt) / 1000);
    const { crashed } = seen;
    return new Met({
      kind: "spawn-failed",
      says,
      seconds,
      ...(last === undefined ? {} : { lastEvent: last }),
      ...(crashed ? { crashed } : {}),
    });
  };
  const body = { campanile: traveller.ports.player, ...(profile === undefined ? {} : { profile }) };
  const answer = await traveller.ask({ method: "POST", path, body });
  const { status, text } = answer;
  if (status === 400 && /already running|pending/i.test(text)) {
    // Nothing was running a moment ago, so it is somebody else's and not ours to stop.
    traveller.hasServer = false;
    throw new Met({ kind: "in-use", host: "another machine", startedAt: "the same moment" });
  }
  if (status !== 201 && status !== 202) {
    // A hub may stumble over a server that dies while it waits for it, and what counts is why that died.
    if (status >= 500 && seen.crashed) throw failure(`it answered ${status}`);
    throw new Met({ kind: "status", doing: traveller.doing, status, text: messageOf(answer) });
  }
  for await (const event of traveller.ports.hub.follow(`${path}/progress`, signal)) {
    const { message, ready, failed } = progressEvent.parse(event);
    traveller.note("progress", message);
    if (ready) return;
    if (failed) throw failure(message);
    last = message;
  }
  // A hub that restarts ends the events without a word.
  throw failure("the events of the start ended before the server was ready");
}

/** A pod that will not come up says so long before the hub gives up. @returns never, unless the signal ends it */
async function watchPod(traveller: Traveller, seen: Seen, signal: AbortSignal): Promise<void> {
  for (;;) {
    await pause(LOOK_MS, undefined, { signal });
    const { server } = await traveller.look();
    if (!server) continue;
    const isNews = server.lastEnding !== undefined && server.restarts !== seen.crashed?.pod.restarts;
    if (isNews || server.verdict) seen.crashed = { pod: server, log: await traveller.ports.cluster.fetchLog(server) };
    if (server.verdict && seen.crashed) throw new Met({ kind: "pod-stuck", ...seen.crashed });
  }
}

/** @throws {Met} when the server runs another image than the pinned one */
export async function checkImage(traveller: Traveller, image: ImagePin | undefined): Promise<string> {
  const { server } = await traveller.look();
  if (!server) return "it runs, and its pod was not seen";
  traveller.note("pod", `${server.name} ${server.phase}, ${server.imageId || server.image}`);
  const runs = server.imageId || server.image;
  if (image?.digest !== undefined) {
    const isPinned = [server.imageId, server.image].some((each) => each.endsWith(`@${image.digest}`));
    if (!isPinned) throw new Met({ kind: "image", found: runs, expected: `${image.name}@${image.digest}` });
  } else if (image?.tag !== undefined && !server.image.startsWith(`${image.name}:${image.tag}`))
    throw new Met({ kind: "image", found: server.image, expected: `${image.name}:${image.tag}` });
  return `${nameImage(runs)} runs`;
}

/** @returns whether there were any @throws {Met} when somebody is still playing */
async function clearLeftOvers(traveller: Traveller): Promise<boolean> {
  const { user } = traveller.plan;
  traveller.doing = `see what an earlier journey left of ${user}`;
  const answer = await traveller.ask({ method: "GET", path: `hub/api/users/${user}` });
  if (answer.status === 404)
    throw new Met({
      kind: "probe-missing",
      missing: "user",
      detail: "It is made at the hub's start by the role that names it, and shown to whom a role's scopes name it.",
    });
  if (answer.status === 403) throw new Met(refusal(answer.text, `servers!user=${user}`));
  const server = parseUser(answer.text, answer.status, traveller).servers[""];
  if (!server) return false;
  const found = z.object({ campanile: marker }).safeParse(server.user_options);
  if (found.success && isOther(found.data.campanile, traveller) && traveller.ports.isPlaying(found.data.campanile))
    throw new Met({ kind: "in-use", host: found.data.campanile.host, startedAt: found.data.campanile.startedAt });
  traveller.hasServer = true;
  traveller.hasFiles = true;
  await bringDown(traveller);
  return true;
}

/** A classmate whom the hub does not know yet is told in the step that needs one. */
async function clearWhereDeclared(classmate: Traveller): Promise<void> {
  try {
    await clearLeftOvers(classmate);
  } catch (error) {
    if (!(error instanceof Met) || error.sight.kind !== "probe-missing") throw error;
  }
}

const isOther = (found: JourneyMarker, { ports }: Traveller) => found.journey !== ports.player.journey;

/** Resolves when the server and its pod are gone. */
export async function bringDown(traveller: Traveller): Promise<void> {
  const { user } = traveller.plan;
  traveller.doing = `stop the server of ${user}`;
  await traveller.closeKernels();
  for (;;) {
    const { status, text } = await traveller.expect([200, 404], { method: "GET", path: `hub/api/users/${user}` });
    const server = status === 404 ? undefined : parseUser(text, status, traveller).servers[""];
    if (!server) {
      if (!(await traveller.look()).server) break;
    } else if (server.pending !== "stop") {
      // A server that is still starting is stopped too; a hub that is just about to answers 400 for a moment.
      await traveller.expect([202, 204, 400, 404], { method: "DELETE", path: `hub/api/users/${user}/server` });
    }
    await pause(PAUSE_MS, undefined, { signal: traveller.signal });
  }
  traveller.hasServer = false;
}

function parseUser(text: string, status: number, traveller: Traveller): z.output<typeof userAnswer> {
  const parsed = userAnswer.safeParse(parseJson(text));
  if (parsed.success && status === 200) return parsed.data;
  throw new Met({ kind: "status", doing: traveller.doing, status, text });
}
