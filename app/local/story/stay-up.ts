import { type Playground, THINGS_TO_TRY, type ThingToTry } from "./things-to-try.ts";

export interface StayingUp {
  playground: Playground;
  showAddresses: () => void;
  logDir: string;
  /** Aborted once the world is ending: what fails from then on is no news. */
  signal: AbortSignal;
}

/** After the story: suggests things to try, and does one at a time. @returns whom to tell of each key */
export function stayUp({ playground, showAddresses, logDir, signal }: StayingUp): (key: string) => void {
  const { narrator } = playground;
  let doing: ThingToTry | undefined;
  const suggest = () => {
    narrator.chapter("The world stays up. Things to try, as often as you like:");
    for (const { key, title } of THINGS_TO_TRY) narrator.say(`  ${key}  ${title}`);
    narrator.say("  a  addresses, to look around by yourself\n  q  end (or Ctrl-C)");
  };
  const run = async (thing: ThingToTry) => {
    doing = thing;
    try {
      await thing.run(playground);
    } catch (error) {
      if (signal.aborted) return;
      narrator.say(`\nThat did not go as told. ${error instanceof Error ? error.message : String(error)}`);
      narrator.say(`The world is still up; the logs are in ${logDir}.`);
    }
    doing = undefined;
    suggest();
  };
  suggest();
  return (key) => {
    const thing = THINGS_TO_TRY.find((each) => each.key === key);
    if (key === "a") showAddresses();
    else if (thing && doing) narrator.say(`  (${doing.key} is still going on: press ${key} again when it is done)`);
    else if (thing) void run(thing);
  };
}
