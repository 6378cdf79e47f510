import { z } from "zod";
import { KEPT_FILE, writeAndReadBack } from "../cells.ts";
import { Met } from "../sight.ts";
import { parseJson, type Traveller } from "../traveller.ts";
import { keptText } from "./kernel-works.ts";
import { ownHome } from "./own-home.ts";
import { bringDown, bringUp } from "./probe-server.ts";

const fileAnswer = z.object({ content: z.string() });

/** After the server was stopped and started the file is there, in a home of the probe's own, and nobody without its rights reads it. */
export async function startAgain(traveller: Traveller): Promise<string> {
  const address = `user/${traveller.plan.user}/api/contents/${KEPT_FILE}`;
  traveller.doing = "write a file that is to be kept";
  traveller.hasFiles = true;
  await traveller.run(writeAndReadBack(keptText(traveller)), { doing: "write", what: "writing a file and reading it" });
  const where = await ownHome(traveller);
  await bringDown(traveller);
  await bringUp(traveller);
  traveller.doing = "read the file again";
  const { status, text } = await traveller.ask({ method: "GET", path: address });
  const file = fileAnswer.safeParse(parseJson(text));
  if (status === 404 || (file.success && file.data.content !== keptText(traveller)))
    throw new Met({ kind: "file-lost", file: KEPT_FILE });
  if (!file.success) throw new Met({ kind: "status", doing: traveller.doing, status, text });
  for (const [as, who] of [
    ["nobody", "Whoever is not logged in"],
    ["stranger", "Whoever brings a token that nobody has"],
  ] as const) {
    const answer = await traveller.ask({ method: "GET", path: address, as });
    if (answer.status === 200) throw new Met({ kind: "seen-by-others", who, file: KEPT_FILE });
  }
  return `the file is there again${where}; who is not logged in, or brings a wrong token, does not get it`;
}
