import type { Traveller } from "../traveller.ts";
import { removeFiles } from "./clean-up.ts";
import { bringDown, bringUp, checkImage } from "./probe-server.ts";

/**
 * A server of each profile that students may choose starts, from the image that it names. What its notebooks import is not known, and
 * some have no Python at all.
 */
export async function otherProfiles(traveller: Traveller): Promise<string> {
  // Whatever comes now may be unable to do it.
  if (traveller.hasFiles && (await removeFiles(traveller))) traveller.hasFiles = false;
  const { profiles } = traveller.plan;
  for (const { name, slug, image } of profiles) {
    traveller.profile = name;
    await bringDown(traveller);
    await bringUp(traveller, slug);
    traveller.note("pod", `${name}: ${await checkImage(traveller, image)}`);
  }
  traveller.profile = undefined;
  return profiles.map(({ name }) => name).join(", ");
}
