import type { Commit } from "../../test/history/write-history.ts";
import { commonValues, type Files, hubName, makeFleet } from "./make-fleet.ts";

/**
 * A history as DataHub's is: most merges bump an image or turn a hub's value, one in twenty-five turns a default of the whole fleet,
 * one in thirty brings a fault that a merge some time later takes away. Each merge came by a branch.
 */
export async function makeHistory(hubs: number, merges: number): Promise<Commit[]> {
  const start = await makeFleet(hubs);
  const files: Files = { ...start };
  const commits: Commit[] = [{ message: "The fleet as it begins", files: start }];
  for (let index = 1; index <= merges; index++) {
    const { message, changed } = change(files, index, hubs);
    Object.assign(files, changed);
    commits.push({
      message: `Merge pull request #${index} from ada/change\n\n${message}`,
      files: {},
      branch: [{ message, files: changed }],
    });
  }
  return commits;
}

/** The fault's file is left alone until it is mended. */
const FAULT_EVERY = 30;
const FAULT_LIVES = 20;

function change(files: Readonly<Files>, index: number, hubs: number): { message: string; changed: Files } {
  const edit = (file: string, message: string, by: (text: string) => string) => ({
    message,
    changed: { [file]: by(files[file] ?? "") },
  });
  const faulty = commonValues(Math.floor(index / FAULT_EVERY) % hubs);
  if (index % FAULT_EVERY === 0)
    return edit(faulty, "More memory for the project", (text) => text.replace(/limit: \d+G/, "limit: 3Gi"));
  if (index % FAULT_EVERY === FAULT_LIVES)
    return edit(faulty, "Fix the memory limit", (text) => text.replace("limit: 3Gi", "limit: 3G"));
  if (index % 25 === 0)
    return edit("values/common.yaml", "Cull later", (text) => text.replace(/timeout: \d+/, `timeout: ${3600 + index}`));
  const hub = hubName((index * 7) % hubs);
  if (index % 2 === 0)
    return edit(`hubs/${hub}/pins/staging.yaml`, `${hub}: image of this week`, (text) =>
      text.replace(/tag: .*/, `tag: "2026.1.${index}"`),
    );
  return edit(`hubs/${hub}/values/staging.yaml`, `${hub}: more spawns at once`, (text) =>
    text
      .replace(
        /(?<=^ {2}hub:\n(?: {4}concurrentSpawnLimit: \d+\n)?)(?! {4}concurrentSpawnLimit)/m,
        `    concurrentSpawnLimit: ${index}\n`,
      )
      .replace(/(concurrentSpawnLimit: \d+\n) {4}concurrentSpawnLimit: \d+\n/, "$1"),
  );
}
