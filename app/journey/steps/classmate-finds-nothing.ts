import { z } from "zod";
import { KEPT_FILE, readIfThere } from "../cells.ts";
import { Met } from "../sight.ts";
import { parsePrinted, type Traveller } from "../traveller.ts";
import { keptText } from "./kernel-works.ts";
import { findHome } from "./own-home.ts";
import { bringDown, bringUp, checkImage } from "./probe-server.ts";

/** A second user starts a server of their own, while the probe's still runs, and finds no trace of what that one has written. */
export async function classmateFindsNothing(traveller: Traveller): Promise<string> {
  const { classmate, plan } = traveller;
  if (!classmate) throw new Error("the step was played without a classmate");
  const { user } = classmate.plan;
  traveller.acting = classmate;
  await bringUp(classmate);
  await checkImage(classmate, plan.image);
  const code = readIfThere(KEPT_FILE);
  const printed = await classmate.run(code, { doing: "other", what: `looking for ${KEPT_FILE} as ${user}` });
  const found = parsePrinted(z.string().nullable(), "Looking for another's file", printed);
  if (found === keptText(traveller)) {
    const { path, home = { mountPath: path, volume: "no volume that its pod names", folder: "" } } = await findHome(classmate);
    throw new Met({ kind: "home-shared", home, sharers: 1 });
  }
  await bringDown(classmate);
  return `${user} has a server of its own, and the file is not there`;
}
