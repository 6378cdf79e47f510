import path from "node:path";
import { parseArgs } from "node:util";
import { createControlClient } from "./github/control-client.ts";
import { followCluster } from "./story/follow-cluster.ts";
import { followGitHub } from "./story/follow-github.ts";
import { createNarrator, type Narrator } from "./story/narrator.ts";
import { playStory } from "./story/play-story.ts";
import { type Playground, THINGS_TO_TRY } from "./story/things-to-try.ts";
import { createPerson } from "./world/person.ts";
import { type Institution, startInstitution } from "./world/start-institution.ts";
import { startWorld, type World, writeWorldFile } from "./world/start-world.ts";

const USAGE = `npm start              the local world, with the story; stays up afterwards
npm start -- --once    plays the story, says whether it went well, and ends
npm run world          the local world without the story`;

const DIR = path.join(import.meta.dirname, "../../.campanile/start");

async function main(): Promise<void> {
  const { once, world: isWorldOnly, help } = readArguments();
  if (help) return void process.stdout.write(`${USAGE}\n`);
  const narrator = createNarrator((text) => void process.stdout.write(text));
  const ending = createEnding(narrator);
  try {
    const { world, institution } = await startAll(narrator, ending);
    if (isWorldOnly) showAddresses(narrator, world, institution);
    else await tellStory(narrator, world, institution, ending);
    if (once) return await ending.end(0);
    await stay(narrator, institution, world, ending);
  } catch (error) {
    if (ending.signal.aborted) return;
    narrator.say(`\n${error instanceof Error ? error.message : String(error)}\nThe logs are in ${path.join(DIR, "logs")}.`);
    if (once) narrator.say(`story: failed after ${seconds(narrator)} s`);
    await ending.end(1);
  }
}

function readArguments() {
  try {
    const flag = { type: "boolean", default: false } as const;
    return parseArgs({ options: { once: flag, world: flag, help: flag } }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    process.exit(2);
  }
}

/** However it ends, it ends once, and takes the whole world along. */
function createEnding(narrator: Narrator) {
  let world: World | undefined;
  const begun = new AbortController();
  const end = async (code: number) => {
    if (begun.signal.aborted) return;
    begun.abort();
    await world?.stop();
    process.exit(code);
  };
  const bySignal = () => {
    narrator.say("\nEnding the world …");
    void end(0);
  };
  process.on("SIGINT", bySignal);
  process.on("SIGTERM", bySignal);
  return {
    end,
    /** Aborted as soon as the end has begun. */
    signal: begun.signal,
    owns: (started: World) => {
      world = started;
    },
    crash: (message: string) => {
      narrator.say(`\n${message}`);
      void end(1);
    },
  };
}

type Ending = ReturnType<typeof createEnding>;

async function startAll(narrator: Narrator, ending: Ending) {
  narrator.chapter("A world of real parts starts on this machine, with simulated nodes");
  const world = await startWorld({
    dir: DIR,
    onPart: (name, detail) => narrator.line("World", `${name}: ${detail}`),
    onCrash: ending.crash,
  });
  ending.owns(world);
  const institution = await startInstitution(world, {
    owner: "berkeley",
    appId: 8,
    keeper: world.keeper,
    onCrash: ending.crash,
  });
  await institution.campanile.start();
  narrator.line("World", "Campanile: the deploy bot itself", institution.campanileUrl);
  const { campanile: _campanile, seeded: _seeded, ...described } = institution;
  const { keeper: _keeper, stop: _stop, ...addresses } = world;
  await writeWorldFile(DIR, { ...addresses, institution: described });
  return { world, institution };
}

async function tellStory(narrator: Narrator, world: World, institution: Institution, ending: Ending): Promise<void> {
  const control = createControlClient(world.github.apiUrl);
  const follower = followGitHub({ control, repository: institution.repository, narrator }, ending.signal);
  follower.catch((error: unknown) => {
    if (!ending.signal.aborted) narrator.say(`The story cannot be followed: ${String(error)}`);
  });
  followCluster(world.kubeconfig, narrator, ending.signal);
  await playStory({ person: createPerson(world, institution), narrator, kubeconfig: world.kubeconfig });
  narrator.say(`\nstory: ok in ${seconds(narrator)} s`);
}

const seconds = (narrator: Narrator) => (narrator.elapsedMs() / 1000).toFixed(1);

function showAddresses(narrator: Narrator, world: World, { repository, login, token, campanileUrl }: Institution): void {
  const url = new URL(`${world.github.webUrl}/${repository}.git`);
  url.username = login;
  url.password = token;
  narrator.chapter("To look around");
  narrator.say(`  repository   git clone ${url.href}`);
  narrator.say(`  GitHub's API ${world.github.apiUrl}  (token of ${login}: ${token})`);
  narrator.say(`  cluster      ${world.tools.kubectl} --kubeconfig ${world.kubeconfig} get pods -A`);
  narrator.say(`  Campanile    ${campanileUrl}/metrics`);
  narrator.say(`  logs         ${world.logDir}`);
  narrator.say(`  all of it    ${path.join(DIR, "world.json")}`);
}

async function stay(narrator: Narrator, institution: Institution, world: World, ending: Ending): Promise<void> {
  const playground: Playground = { person: createPerson(world, institution), narrator, campanile: institution.campanile };
  const suggest = () => {
    narrator.chapter("The world stays up. Three things to try:");
    for (const { key, title } of THINGS_TO_TRY) narrator.say(`  ${key}  ${title}`);
    narrator.say("  a  addresses, to look around by yourself\n  q  end (or Ctrl-C)");
  };
  suggest();
  if (!process.stdin.isTTY) {
    narrator.say("Type a key and Enter.");
  } else process.stdin.setRawMode(true);
  process.stdin.setEncoding("utf8");
  for await (const typed of process.stdin) {
    for (const key of String(typed)) {
      if (key === "q" || key === "\u0003") return ending.end(0);
      if (key === "a") showAddresses(narrator, world, institution);
      const thing = THINGS_TO_TRY.find((each) => each.key === key);
      if (!thing) continue;
      await thing.run(playground);
      suggest();
    }
  }
  // Whoever closed standard input, such as a service manager, ends the world by a signal.
}

await main();
