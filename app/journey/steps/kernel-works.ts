import { importPackage, MEASURE_MEMORY, OWN_FOLDER, removeFolder, writeAndReadBack } from "../cells.ts";
import { Met } from "../sight.ts";
import { parseMeasure, type Traveller } from "../traveller.ts";

/** A kernel prints, writes and reads a file, and imports what the course uses. */
export async function kernelWorks(traveller: Traveller): Promise<string> {
  const { imports } = traveller.plan;
  traveller.doing = "run cells in a kernel";
  const kept = keptText(traveller);
  traveller.hasFiles = true;
  // What an earlier journey wrote before it was killed.
  await traveller.run(removeFolder(OWN_FOLDER), { doing: "write", what: "clearing the journey's folder" });
  const printed = await traveller.run(writeAndReadBack(kept), { doing: "write", what: "writing a file and reading it" });
  if (printed.trim() !== kept)
    throw new Met({ kind: "printed", what: "A file that was just written", found: printed, expected: kept });
  for (const name of imports) {
    traveller.doing = `import ${name}`;
    const code = importPackage(name);
    await traveller.run(code, { doing: "import", what: code });
  }
  const told = imports.length === 0 ? "hub.yaml names no packages under journey.imports" : `${imports.join(", ")} imported`;
  return `${told}; ${await describeMemory(traveller)}`;
}

/** What a file holds that must be there after a restart: nobody else's text is taken for it. */
export const keptText = ({ ports }: Traveller) => `kept for ${ports.player.journey}`;

async function describeMemory(traveller: Traveller): Promise<string> {
  const { residentBytes } = parseMeasure(await traveller.run(MEASURE_MEMORY, { doing: "other", what: "measuring memory" }));
  const limit = (await traveller.look()).server?.memoryLimitBytes;
  const used = `${mebibytes(residentBytes)} MiB`;
  return limit === undefined ? `${used} of memory` : `${used} of ${mebibytes(limit)} MiB of memory`;
}

const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
