import pc from "picocolors";

/** Whoever does something in the story. */
export type Actor = "Ada" | "GitHub" | "Campanile" | "Helm" | "Kubernetes" | "Student" | "World";

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
  Student: pc.cyanBright,
  World: pc.dim,
};
const WHEN_WIDTH = 9;
const ACTOR_WIDTH = 11;
const INDENT = " ".repeat(WHEN_WIDTH + ACTOR_WIDTH + 3);

/**
 * @param write takes whole lines, each with its end of line
 * @param columns how wide the terminal is: an address that does not fit goes to a line of its own
 */
export function createNarrator(write: (text: string) => void, columns: () => number | undefined = () => undefined): Narrator {
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  return {
    chapter: (title) => write(`\n${pc.bold(title)}\n`),
    line(actor, what, address) {
      const when = inSeconds(elapsedMs()).padStart(WHEN_WIDTH);
      const fits = INDENT.length + what.length + 2 + (address?.length ?? 0) <= (columns() ?? Number.POSITIVE_INFINITY);
      const where = address === undefined ? "" : `${fits ? "  " : `\n${INDENT}`}${pc.dim(pc.underline(address))}`;
      write(`${pc.dim(when)}  ${COLOURS[actor](actor.padEnd(ACTOR_WIDTH))} ${what}${where}\n`);
    },
    quote(text) {
      for (const line of text.trim().split("\n")) write(`${" ".repeat(WHEN_WIDTH)}  ${pc.dim("│")} ${line}\n`);
    },
    say: (text) => write(`${text}\n`),
    elapsedMs,
  };
}

/** "4.2 s": a reader compares moments, so all are in one unit. */
export function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
