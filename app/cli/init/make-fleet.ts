import { type Finding, hasBlocking, sortFindings } from "../../domain/finding.ts";
import type { ConfigTree } from "../../load/config-tree.ts";
import { hubFiles } from "../../load/layout.ts";
import { loadFleet } from "../../load/load-fleet.ts";
import { fleetView } from "../../validate/fleet-view.ts";
import { validate } from "../../validate/validate.ts";
import { fleetFiles } from "./fleet-files.ts";
import { originInAnswers } from "./origin-in-answers.ts";
import { readAnswers } from "./read-answers.ts";

export type MadeFleet =
  /** `secretsFiles` are not among `files`: they are encrypted by their author. */
  { kind: "files"; files: Map<string, string>; secretsFiles: string[] } | { kind: "faults"; findings: Finding[] };

/** The commit of files that are in none yet. */
const UNCOMMITTED = "0".repeat(40);

/**
 * Makes a fleet of an answers file, and judges it as the first pull request would be: no file is made that the check refuses.
 * @param file how findings name the answers file
 */
export async function makeFleet(file: string, content: Buffer): Promise<MadeFleet> {
  const read = readAnswers(file, content);
  if (read.kind === "faults") return read;
  const { answers, written, yaml } = read;
  const files = fleetFiles(answers, written);
  const faults = await findFaults(files);
  if (hasBlocking(faults)) {
    const findings = faults.map((finding) => ({ ...finding, at: originInAnswers(yaml, files, finding.at) }));
    return { kind: "faults", findings: sortFindings(findings) };
  }
  const secretsFiles = Object.entries(answers.hubs).flatMap(([name, { hub }]) =>
    Object.keys(hub.environments).map(hubFiles(name).secrets),
  );
  return { kind: "files", files, secretsFiles };
}

async function findFaults(files: ReadonlyMap<string, string>): Promise<Finding[]> {
  const tree: ConfigTree = {
    listFiles: async () => [...files.keys()],
    readFile: async (path) => Buffer.from(files.get(path) ?? ""),
  };
  const { fleet, findings, placeOfValue } = await loadFleet(tree, UNCOMMITTED);
  return fleet ? [...findings, ...validate({ head: fleetView(fleet, placeOfValue), base: undefined })] : findings;
}
