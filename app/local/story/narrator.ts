import pc from "picocolors";
import prettyMs from "pretty-ms";

/** Whoever does something in the story. */
export type Actor = "Ada" | "GitHub" | "Campanile" | "Helm" | "Kubernetes" | "World";

export interface Narrator {
  chapter(title: string): void;
  /** One line: when, who, what, and where to look. */
  line(actor: Actor, what: string, address?: string): void;
  /** Text as it is, set off from the lines: a comment, a check. */
  quote(text: string): void;
  say(text: string): void;
  elapsedMs(): number;
}

const COLOURS: Record<Actor, (text: string) => string> = {
  Ada: pc.magenta,
  GitHub: pc.blue,
  Campanile: pc.green,
  Helm: pc.cyan,
  Kubernetes: pc.yellow,
  World: pc.dim,
};
const WHEN_WIDTH = 7;
const ACTOR_WIDTH = 11;

/** @param write takes whole lines, each with its end of line */
export function createNarrator(write: (text: string) => void): Narrator {
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const when = () => prettyMs(elapsedMs(), { keepDecimalsOnWholeSeconds: true, secondsDecimalDigits: 1 }).padStart(WHEN_WIDTH);
  return {
    chapter: (title) => write(`\n${pc.bold(title)}\n`),
    line(actor, what, address) {
      const where = address === undefined ? "" : `  ${pc.dim(pc.underline(address))}`;
      write(`${pc.dim(when())}  ${COLOURS[actor](actor.padEnd(ACTOR_WIDTH))} ${what}${where}\n`);
    },
    quote(text) {
      for (const line of text.trim().split("\n")) write(`${" ".repeat(WHEN_WIDTH)}  ${pc.dim("│")} ${line}\n`);
    },
    say: (text) => write(`${text}\n`),
    elapsedMs,
  };
}
