import { setTimeout as pause } from "node:timers/promises";
import { OWN_FOLDER, removeFolder } from "../cells.ts";
import { Met, type Sight } from "../sight.ts";
import type { Traveller } from "../traveller.ts";
import { bringDown } from "./probe-server.ts";

/** Removes what the journey wrote and stops the server. A folder that cannot be removed now is removed by the next journey. */
export async function cleanUp(traveller: Traveller): Promise<string> {
  const { classmate } = traveller;
  if (classmate?.hasServer) {
    traveller.acting = classmate;
    await bringDownPatiently(classmate);
    traveller.acting = undefined;
  }
  if (!traveller.hasServer) return "no server was started";
  traveller.doing = "remove what the journey wrote";
  const isRemoved = !traveller.hasFiles || (await removeFiles(traveller));
  await bringDownPatiently(traveller);
  return isRemoved ? "nothing of the journey is left" : "the server is stopped; its files stay until the next journey";
}

/** A hub or a proxy that is away for a moment is no reason to leave a server running. */
async function bringDownPatiently(traveller: Traveller): Promise<void> {
  for (;;) {
    try {
      await bringDown(traveller);
      return;
    } catch (error) {
      if (!(error instanceof Met) || !mayPass(error.sight)) throw error;
      await pause(PAUSE_MS, undefined, { signal: traveller.signal });
    }
  }
}

const PAUSE_MS = 1_000;

function mayPass(sight: Sight): boolean {
  return sight.kind === "no-answer" || (sight.kind === "status" && (sight.status >= 500 || sight.status === 424));
}

/** @returns whether they are gone */
export async function removeFiles(traveller: Traveller): Promise<boolean> {
  const { server } = await traveller.look();
  if (!server?.isReady) return false;
  try {
    await traveller.run(removeFolder(OWN_FOLDER), { doing: "other", what: "removing what the journey wrote" });
    return true;
  } catch (error) {
    if (error instanceof Met) return false;
    throw error;
  }
}
