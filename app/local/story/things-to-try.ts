import type { Person } from "../world/person.ts";
import type { LocalCampanile } from "../world/start-campanile.ts";
import { bumpImage } from "./bump-image.ts";
import type { Narrator } from "./narrator.ts";
import { asText } from "./play-story.ts";

export interface Playground {
  person: Person;
  narrator: Narrator;
  campanile: LocalCampanile;
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

async function openBadPullRequest({ person, narrator }: Playground): Promise<void> {
  narrator.chapter("A bad pull request");
  const pins = await person.readFile("hubs/prob140/pins/staging.yaml");
  const values = await person.readFile("hubs/data8/values/common.yaml");
  const pullRequest = await person.openPullRequest("Two mistakes at once", {
    "hubs/prob140/pins/staging.yaml": pins.replace("digest:", "digets:"),
    "hubs/data8/values/common.yaml": `${values}  broken: [1, 2\n`,
  });
  await person.waitForCheck(pullRequest.headSha, "campanile");
  const config = (await person.checks(pullRequest.headSha)).find((check) => check.name === "campanile / config");
  for (const { path, line, message } of config?.annotations ?? [])
    narrator.quote(`${path}, line ${line}\n  ${message.replaceAll("\n", "\n  ")}`);
}

async function raiseMemory({ person, narrator }: Playground): Promise<void> {
  narrator.chapter("A second hub");
  const path = "hubs/data100/values/common.yaml";
  const values = await person.readFile(path);
  const limit = Number(/limit: (\d+)G/.exec(values)?.[1] ?? 2);
  const pullRequest = await person.openPullRequest(`Data 100: ${limit + 1} GB for each student`, {
    [path]: values.replace(/limit: \d+G/, `limit: ${limit + 1}G`),
  });
  await person.waitForCheck(pullRequest.headSha, "campanile");
  const [comment = ""] = await person.comments(pullRequest);
  narrator.quote(asText(comment));
  await person.waitForCheck(await person.merge(pullRequest), "campanile / deploy");
}

async function killCampanile({ person, narrator, campanile }: Playground): Promise<void> {
  narrator.chapter("Campanile is killed");
  const path = "hubs/prob140/pins/staging.yaml";
  const isBumped = (await person.readFile(path)).includes("2026.11.2");
  const tag = isBumped ? "2026.11.1" : "2026.11.2";
  const changes = await bumpImage(person, { hub: "prob140", tag, environments: ["staging", "prod"] });
  const pullRequest = await person.openPullRequest(`Prob 140: image ${tag}`, changes);
  await person.waitForCheck(pullRequest.headSha, "campanile");
  await campanile.stop("SIGKILL");
  narrator.line("World", "Campanile is dead (SIGKILL)");
  const merged = await person.merge(pullRequest);
  await campanile.start();
  narrator.line("World", "Campanile is back, and reads in GitHub's list what it missed");
  await person.waitForCheck(merged, "campanile / deploy");
}
