import { OWN_FOLDER, removeFolder } from "../cells.ts";
import { Met } from "../sight.ts";
import type { Traveller } from "../traveller.ts";
import { bringDown } from "./probe-server.ts";

/** Removes what the journey wrote and stops the server. A folder that cannot be removed now is removed by the next journey. */
export async function cleanUp(traveller: Traveller): Promise<string> {
  if (!traveller.hasServer) return "no server was started";
  traveller.doing = "remove what the journey wrote";
  const isRemoved = !traveller.hasFiles || (await removeFiles(traveller));
  await bringDown(traveller);
  return isRemoved ? "nothing of the journey is left" : "the server is stopped; its files stay until the next journey";
}

async function removeFiles(traveller: Traveller): Promise<boolean> {
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
