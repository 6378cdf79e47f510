import { z } from "zod";
import { WHERE_KEPT } from "../cells.ts";
import type { MountSight } from "../ports.ts";
import { Met } from "../sight.ts";
import { parsePrinted, type Traveller } from "../traveller.ts";
import { findMount, nameHome, whoseHome } from "../whose-home.ts";

/**
 * Nobody else has the home in which the probe's file lies: a file share whose folders carry no name gives all students the same.
 * @returns completes "the file is there again" @throws {Met} when others have it too
 */
export async function ownHome(traveller: Traveller): Promise<string> {
  const { user, homeOfAll } = traveller.plan;
  const { path, home } = await findHome(traveller);
  // Then it is on the server's own disk, and is gone with it.
  if (!home) return "";
  const sharers = await traveller.ports.cluster.countSharers(home);
  traveller.note("pod", `${path} lies in ${nameHome(home)}; servers of other users that have the same: ${sharers}`);
  const owner = whoseHome({ home, user, sharers, sameForAll: homeOfAll });
  if (owner === "others-too" || owner === "same-for-all") throw new Met({ kind: "home-shared", home, sharers });
  return owner === "own" ? " in a home of its own" : `, and whose home that is was not seen (${nameHome(home)})`;
}

/** Where the file of a journey lies, or would lie, on the server of whoever asks; `home` is absent where no volume is mounted there. */
export async function findHome(traveller: Traveller): Promise<{ path: string; home: MountSight | undefined }> {
  traveller.doing = "see whose home it is";
  const printed = await traveller.run(WHERE_KEPT, { doing: "other", what: "asking where the file lies" });
  const path = parsePrinted(z.string(), "Asking where the file lies", printed);
  const { server } = await traveller.look();
  return { path, home: server && findMount(server.mounts, path) };
}
