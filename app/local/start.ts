import path from "node:path";
import { parseArgs } from "node:util";
import { createControlClient } from "./github/control-client.ts";
import { chooseNode, type NodeKind, parseNodeKind } from "./node/choose-node.ts";
import { followCluster } from "./story/follow-cluster.ts";
import { followGitHub } from "./story/follow-github.ts";
import { followJourneys } from "./story/follow-journeys.ts";
import { readKeys } from "./story/keyboard.ts";
import { createNarrator, inSeconds, type Narrator } from "./story/narrator.ts";
import { playStory } from "./story/play-story.ts";
import { showAddresses, type ThingsToLookAt } from "./story/show-addresses.ts";
import { stayUp } from "./story/stay-up.ts";
import { createEnding, type Ending } from "./world/create-ending.ts";
import { createPerson, type Person } from "./world/person.ts";
import { startInstitution } from "./world/start-institution.ts";
import { startWorld } from "./world/start-world.ts";
import { writeShortcuts } from "./world/write-shortcuts.ts";
import { writeWorldFile } from "./world/write-world-file.ts";

const USAGE = `npm start              the local world, with the story; stays up afterwards
npm start -- --once    plays the story, says whether it went well, and ends
npm run world          the local world without the story; Ctrl-C ends it
  -- --dir FOLDER      where its data, logs and world.json go, for a second world beside the first; .campanile when left out
  -- --node KIND       what pods run on: simulated (when left out), real containers of this machine (Linux), or both`;

const INTRODUCTION = `Campanile deploys the JupyterHubs of courses: it shows what a pull request will change, and rolls it out when that is merged.
Here it does so on this machine. Kubernetes, Helm, git, PostgreSQL and the registry are real, GitHub is emulated: no account is
needed, and nothing leaves this machine.`;

const NODES: Readonly<Record<NodeKind, string>> = {
  simulated: "Nodes: simulated; pods are scheduled, and reported ready, but no program runs in them",
  real: "Nodes: one real, with containers in namespaces of its own",
  both: "Nodes: one real beside the simulated ones, for pods that tolerate campanile.dev/real-node",
};

/** The last line of a story that failed is for a log's overview; the whole reason stands above it. */
const REASON_LIMIT = 200;

async function main(): Promise<void> {
  const options = readArguments();
  if (options.help) return void process.stdout.write(`${USAGE}\n`);
  const narrator = createNarrator(
    (text) => void process.stdout.write(text),
    () => process.stdout.columns,
  );
  const fail = (why: string) => {
    narrator.say(`\n${why}`);
    if (options.once)
      narrator.say(`story: failed after ${inSeconds(narrator.elapsedMs())}: ${why.split("\n", 1)[0]?.slice(0, REASON_LIMIT)}`);
  };
  const ending = createEnding(fail);
  try {
    await (options.world ? runWorld(options, narrator, ending) : runStory(options, narrator, ending));
  } catch (error) {
    if (ending.signal.aborted) return;
    fail(error instanceof Error ? error.message : String(error));
    await ending.end(1);
  }
}

function readArguments() {
  const flag = { type: "boolean", default: false } as const;
  const dir = { type: "string", default: path.join(import.meta.dirname, "../../.campanile") } as const;
  const node = { type: "string", default: "simulated" } as const;
  try {
    const { values } = parseArgs({ options: { once: flag, world: flag, help: flag, dir, node } });
    return { ...values, dir: path.resolve(values.dir), node: parseNodeKind(values.node) };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    process.exit(2);
  }
}

interface Place {
  dir: string;
  node: NodeKind;
}

async function runWorld(place: Place, narrator: Narrator, ending: Ending): Promise<void> {
  const started = await startAll(place, narrator, ending);
  showAddresses(narrator, started);
  ending.nothingLeftToDo();
  narrator.say("\nThe world is up. Ctrl-C ends it.");
}

async function runStory({ once, ...place }: Place & { once: boolean }, narrator: Narrator, ending: Ending): Promise<void> {
  let onKey = (_key: string) => {};
  if (!once) readKeys(process.stdin, (key) => onKey(key));
  narrator.say(INTRODUCTION);
  const started = await startAll(place, narrator, ending);
  const person = createPerson(started.world, started.institution);
  await tellStory(narrator, started, person, ending.signal);
  if (once) return ending.end(0);
  ending.nothingLeftToDo();
  const { world, institution } = started;
  onKey = stayUp({
    playground: { person, narrator, campanile: institution.campanile, hub: (name) => name },
    showAddresses: () => showAddresses(narrator, started),
    logDir: world.logDir,
    signal: ending.signal,
  });
}

async function startAll({ dir, node }: Place, narrator: Narrator, ending: Ending): Promise<ThingsToLookAt> {
  narrator.chapter("A world starts");
  const { keeper, crash: onCrash } = ending;
  const { kind, missing } = await chooseNode(node);
  narrator.line("World", NODES[kind]);
  for (const reason of missing) narrator.line("World", `not ${node}: ${reason}`);
  const world = await startWorld({
    dir: path.join(dir, "world"),
    node: kind,
    keeper,
    onPart: (name, detail, address) => narrator.line("World", `${name}: ${detail}`, address),
    onCrash,
  });
  const institution = await startInstitution(world, {
    ...{ owner: "berkeley", appId: 8, keeper, onCrash },
    // The only hub whose image has programs in it.
    ...(kind === "real" ? { hubs: ["data8"] } : {}),
  });
  await institution.campanile.start();
  narrator.line("World", "Campanile: the deploy bot itself, as a GitHub App of berkeley/deploy-config", institution.campanileUrl);
  const worldFile = path.join(dir, "world.json");
  const [shortcuts] = await Promise.all([writeShortcuts(dir, world), writeWorldFile(worldFile, world, institution)]);
  return { world, institution, shortcuts, worldFile };
}

async function tellStory(
  narrator: Narrator,
  { world, institution, shortcuts }: ThingsToLookAt,
  person: Person,
  signal: AbortSignal,
): Promise<void> {
  const control = createControlClient(world.github.apiUrl);
  followGitHub({ control, repository: institution.repository, narrator }, signal).catch((error: unknown) => {
    if (!signal.aborted) narrator.say(`The story cannot be followed: ${String(error)}`);
  });
  followCluster({ kubeconfig: world.kubeconfig, shortcuts, narrator }, signal);
  followJourneys(institution.campanile.logFile, narrator, signal).catch((error: unknown) => {
    if (!signal.aborted) narrator.say(`Journeys cannot be followed: ${String(error)}`);
  });
  await playStory({
    person,
    narrator,
    kubeconfig: world.kubeconfig,
    hub: "data8",
    ...(world.realNode ? { digests: world.realNode.images } : {}),
  });
  narrator.say(`\nstory: ok in ${inSeconds(narrator.elapsedMs())}`);
}

await main();
