import type { Person } from "../world/person.ts";
import type { LocalCampanile } from "../world/start-campanile.ts";
import { asText } from "./as-text.ts";
import { bumpImage } from "./bump-image.ts";
import type { Narrator } from "./narrator.ts";

export interface Playground {
  person: Person;
  narrator: Narrator;
  campanile: LocalCampanile;
  /** The folder of one of the sample's hubs in the fleet. */
  hub: (name: string) => string;
}

export interface ThingToTry {
  key: string;
  title: string;
  run(playground: Playground): Promise<void>;
}

/** What is suggested after the story. Each can be done again and again. */
export const THINGS_TO_TRY: readonly ThingToTry[] = [
  { key: "1", title: "a bad pull request: a misspelt key and a broken line", run: openBadPullRequest },
  { key: "2", title: "a second hub: more memory for Data 100's students, up to prod", run: raiseMemory },
  { key: "3", title: "kill Campanile, merge while it is dead, and start it again", run: killCampanile },
];

async function openBadPullRequest({ person, narrator, hub }: Playground): Promise<void> {
  narrator.chapter("A bad pull request");
  const pinsFile = `hubs/${hub("prob140")}/pins/staging.yaml`;
  const valuesFile = `hubs/${hub("data8")}/values/common.yaml`;
  const pins = await person.readFile(pinsFile);
  const values = await person.readFile(valuesFile);
  narrator.line("Ada", "misspells `digest` in Prob 140's pins, and breaks off in the middle of a list in Data 8's values");
  const pullRequest = await person.openPullRequest("Two mistakes at once", {
    [pinsFile]: pins.replace("digest:", "digets:"),
    [valuesFile]: `${values}  broken: [1, 2\n`,
  });
  await person.waitForCheck(pullRequest.headSha, "campanile");
  const config = (await person.checks(pullRequest.headSha)).find((check) => check.name === "campanile / config");
  narrator.say("\nWhat she reads beside those lines:\n");
  for (const { path, line, message } of config?.annotations ?? [])
    narrator.quote(`${path}, line ${line}\n  ${message.replaceAll("\n", "\n  ")}`);
}

async function raiseMemory({ person, narrator, hub }: Playground): Promise<void> {
  narrator.chapter("A second hub");
  const path = `hubs/${hub("data100")}/values/common.yaml`;
  const values = await person.readFile(path);
  const limit = Number(/limit: (\d+)G/.exec(values)?.[1] ?? 2);
  narrator.line("Ada", `raises the memory of each of Data 100's students from ${limit} to ${limit + 1} GB`);
  const pullRequest = await person.openPullRequest(`Data 100: ${limit + 1} GB for each student`, {
    [path]: values.replace(/limit: \d+G/, `limit: ${limit + 1}G`),
  });
  await person.waitForCheck(pullRequest.headSha, "campanile");
  const [comment = ""] = await person.comments(pullRequest);
  narrator.say("\nThe comment on the pull request:\n");
  narrator.quote(asText(comment));
  narrator.say("");
  narrator.line("Ada", "merges");
  await person.waitForCheck(await person.merge(pullRequest), "campanile / deploy");
}

async function killCampanile({ person, narrator, campanile, hub }: Playground): Promise<void> {
  narrator.chapter("Campanile is killed");
  const path = `hubs/${hub("prob140")}/pins/staging.yaml`;
  const isBumped = (await person.readFile(path)).includes("2026.11.2");
  const tag = isBumped ? "2026.11.1" : "2026.11.2";
  narrator.line("Ada", `opens a pull request that sets Prob 140's image to ${tag}`);
  const changes = await bumpImage(person, { hub: hub("prob140"), course: "prob140", tag, environments: ["staging", "prod"] });
  const pullRequest = await person.openPullRequest(`Prob 140: image ${tag}`, changes);
  await person.waitForCheck(pullRequest.headSha, "campanile");
  await campanile.stop("SIGKILL");
  narrator.line("World", "Campanile is dead (SIGKILL), so what GitHub sends now is lost");
  narrator.line("Ada", "merges all the same");
  const merged = await person.merge(pullRequest);
  await campanile.start();
  narrator.line("World", "Campanile is back, and reads in GitHub's list what it missed");
  await person.waitForCheck(merged, "campanile / deploy");
}
