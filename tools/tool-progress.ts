const TICK_MS = 1_000;
/** Where no line can be drawn over: often enough to see that it lives, seldom enough to read the log. */
const LINE_EVERY_MS = 15_000;

export interface ToolProgress {
  state: "started" | "running" | "ended";
  /** "building kubernetes (2 of 4), 75 s" */
  text: string;
}

export type OnProgress = (progress: ToolProgress) => void;

/** Does a long piece of work and tells its start, each second, and its end, also when it fails. */
export async function withProgress<T>(doing: string, onProgress: OnProgress, work: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  const elapsed = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  onProgress({ state: "started", text: doing });
  const timer = setInterval(() => onProgress({ state: "running", text: `${doing}, ${elapsed()}` }), TICK_MS);
  try {
    const made = await work();
    onProgress({ state: "ended", text: `${doing}: done in ${elapsed()}` });
    return made;
  } catch (error) {
    onProgress({ state: "ended", text: `${doing}: failed after ${elapsed()}` });
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** On a terminal one live line per piece of work; elsewhere a line at its start, its end, and now and then between. */
export function createProgressPrinter(stream: NodeJS.WriteStream = process.stderr): OnProgress {
  let printedAt = 0;
  return ({ state, text }) => {
    if (stream.isTTY) {
      stream.write(`\r\x1b[2K${text}${state === "ended" ? "\n" : ""}`);
      return;
    }
    if (state === "running" && Date.now() - printedAt < LINE_EVERY_MS) return;
    printedAt = Date.now();
    stream.write(`${text}\n`);
  };
}
