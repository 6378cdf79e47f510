import path from "node:path";
import { z } from "zod";
import { UnexpectedStatus } from "../../domain/hub-errors.ts";
import { describePull, OWN_FOLDER, removeFolder } from "../cells.ts";
import type { CourseLink } from "../course-link.ts";
import { Met } from "../sight.ts";
import { parsePrinted, type Traveller } from "../traveller.ts";

const pullEvent = z.object({
  phase: z.string(),
  output: z.string().default(""),
  message: z.string().default(""),
  error: z.unknown().optional(),
});
const pulled = z.object({ head: z.string(), changes: z.array(z.string()) });

/** Into the journey's own folder, so that nothing of the course's is touched in the probe's home. */
export const pulledFolder = ({ folder }: CourseLink) => path.posix.join(OWN_FOLDER, folder);

/** The course's link pulls by nbgitpuller, and what arrives is the newest commit of the branch. */
export async function pullContent(traveller: Traveller): Promise<string> {
  const { link, user } = traveller.plan;
  if (!link) throw new Error("asked to pull without a link");
  const { repository, branch } = link;
  const before = await fetchHead(traveller, link);
  traveller.doing = "clear the folder of the pull";
  await traveller.run(removeFolder(pulledFolder(link)), { doing: "other", what: "clearing the folder of the pull" });
  traveller.doing = `pull ${repository}`;
  traveller.hasFiles = true;
  const asked = new URLSearchParams({ repo: repository, targetpath: pulledFolder(link) });
  if (branch !== undefined) asked.set("branch", branch);
  if (link.depth !== undefined) asked.set("depth", link.depth);
  const message = await pull(traveller, `user/${user}/git-pull/api?${asked}`);
  if (message !== undefined)
    throw new Met({
      kind: "pull",
      message,
      repository,
      ...(branch === undefined ? {} : { branch }),
      ...(before.kind === "no-branch" ? { branches: before.branches } : {}),
      isReachedByUs: before.kind !== "no-answer",
    });
  const printed = await traveller.run(describePull(pulledFolder(link)), { doing: "other", what: "asking git what was pulled" });
  const { head, changes } = parsePrinted(pulled, "Asking git what was pulled", printed);
  const says = `commit ${head.slice(0, 10)} of ${repository}`;
  if (before.kind === "no-answer") return `${says}; whether it is the newest is not known here: ${before.why}`;
  // Somebody may have pushed in between.
  const after = await fetchHead(traveller, link);
  const heads = [before, after].flatMap((each) => (each.kind === "head" ? [each.sha] : []));
  if (!heads.includes(head) || changes.length > 0)
    throw new Met({ kind: "commit", found: head, expected: heads.at(-1) ?? "nothing", changes });
  return `${says}, the newest of ${branch ?? "its default branch"}`;
}

async function fetchHead(traveller: Traveller, { repository, branch }: CourseLink) {
  const head = await traveller.ports.git.fetchHead(repository, branch);
  traveller.note(
    "git",
    `${repository} ${branch ?? "HEAD"} -> ${head.kind === "head" ? head.sha : head.kind === "no-answer" ? head.why : "no such branch"}`,
  );
  return head;
}

/** @returns what nbgitpuller says went wrong */
async function pull(traveller: Traveller, address: string): Promise<string | undefined> {
  let failure: string | undefined;
  let output = "";
  try {
    for await (const event of traveller.ports.hub.follow(address, traveller.signal)) {
      const { phase, output: line, message } = pullEvent.parse(event);
      traveller.note("progress", phase === "syncing" ? line : `${phase} ${message}`);
      if (phase === "syncing") output = `${output}${line}`.slice(-2_000);
      if (phase === "finished") return undefined;
      // The first one says most; a second repeats it with the traceback of the page itself.
      if (phase === "error") failure ??= message;
    }
  } catch (error) {
    if (error instanceof UnexpectedStatus && error.status === 404) throw new Met({ kind: "no-puller" });
    throw error;
  }
  return `${failure ?? "the pull ended without a word"} ${output}`.trim();
}
