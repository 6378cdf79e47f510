import path from "node:path";
import { z } from "zod";
import { type ProcessOptions, type RunningProcess, startProcess } from "./start-process.ts";

export interface EmulatedGitHub {
  /** Its origin: of the API, of the pages, and of git. */
  url: string;
  process: RunningProcess;
}

const readyLine = z.object({ url: z.string() });

/** The emulated GitHub in a process of its own, which checks all that it sends against GitHub's description of its API. */
export async function startEmulatedGitHub(
  options: Pick<ProcessOptions, "logDir" | "keeper" | "onCrash"> & { dir: string; openapiPath: string },
): Promise<EmulatedGitHub> {
  const { dir, openapiPath, ...shared } = options;
  const main = path.join(import.meta.dirname, "..", "github", "main.ts");
  const server = await startProcess({
    ...shared,
    name: "github",
    command: process.execPath,
    args: ["--disable-warning=ExperimentalWarning", main],
    stdin: JSON.stringify({ dataDir: path.join(dir, "github"), port: 0, openapiPath }),
  });
  const [line] = await server.waitForLine(/^\{.*"url".*\}$/);
  return { process: server, url: readyLine.parse(JSON.parse(line)).url };
}
