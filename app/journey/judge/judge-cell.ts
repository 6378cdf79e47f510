import type { Sight } from "../sight.ts";
import { broken, type Circumstances, couldNot, firstWords, imageOf, type Told } from "./told.ts";

export function judgeCell({ doing, what, end, kills }: Extract<Sight, { kind: "cell" }>, { pods }: Circumstances): Told {
  const pod = pods?.server;
  const image = imageOf(pods);
  if (end.kind === "cut-off" || end.kind === "died") {
    const isKilled = kills > 0 || /OOMKilled/.test(pod?.lastEnding ?? "");
    if (end.kind === "cut-off" && !isKilled)
      return couldNot(
        "connection-lost",
        `The connection to the kernel ended during ${what}.`,
        pods?.proxy && !pods.proxy.isReady
          ? "The proxy restarts."
          : "Nobody said why: a proxy that restarts does that, and an ingress.",
        "It is tried again. Open notebooks connect again by themselves.",
      );
    const limit = pod?.memoryLimitBytes === undefined ? "" : ` The limit is ${mebibytes(pod.memoryLimitBytes)}.`;
    if (isKilled)
      return broken(
        doing === "notebook" ? "content" : "hub",
        "out-of-memory",
        `The kernel was killed for its memory at ${what} in ${image}.`,
        `A server that takes more than its limit is ended by the machine.${limit}`,
        "Raise singleuser.memory.limit in the hub's values, or let the course's material take less.",
      );
    return broken(
      "image",
      "kernel-died",
      `The kernel died at ${what} in ${image}.`,
      `Its process ended, and not for its memory.${limit}`,
      "Run the same cell in a server of this image; a package with native code may not fit the processor or its libraries.",
    );
  }
  const why = `Python says: ${end.name}: ${firstWords(end.message)}${placeOf(end.traceback)}.`;
  if (doing === "write")
    return broken(
      "storage",
      "home-not-writable",
      "A file cannot be written and read in a student's home.",
      why,
      "Look at the file share: who owns the folder of the home, whether it is full, and singleuser.storage, uid and fsGid in the values.",
    );
  if (doing === "import")
    return broken(
      "image",
      "import-fails",
      `\`${what}\` fails in ${image}.`,
      why,
      "Put the package back into the image and build it anew, or take it off journey.imports in hub.yaml if no notebook needs it. Until then the image must not go to students.",
    );
  const isMissing = /^(?:ModuleNotFoundError|ImportError)$/.test(end.name);
  if (doing === "notebook")
    return broken(
      isMissing ? "image" : "content",
      "notebook-fails",
      `${what} fails in ${image}.`,
      why,
      isMissing
        ? "Either the image lacks what the notebook imports, or the notebook imports what this course does not have."
        : "Open the notebook by its link and run it from the top; correct it in the course's repository.",
    );
  if (doing === "grade")
    return broken(
      "grader",
      "grader-fails",
      `${what} fails in ${image}.`,
      why,
      "Grade the same assignment with otter in a server of this image; check journey.grader in hub.yaml, the tests, and Otter's version.",
    );
  return broken("image", "cell-fails", `${what} fails in ${image}.`, why, "Run the same in a server of this image.");
}

/** The innermost place that a traceback names: in IPython's words or in Python's. */
function placeOf(traceback: string): string {
  const places = [...traceback.matchAll(/(?:File|Cell) (?:"([^"]+)"|(\S+?)(?::(\d+))?)(?:, line (\d+))?(?:,| in |\n|$)/g)];
  const [, quoted, bare, short, long] = places.at(-1) ?? [];
  const line = short ?? long;
  return line === undefined ? "" : ` (${quoted ?? bare ?? ""}, line ${line})`.replace("In[", "cell [");
}

const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
