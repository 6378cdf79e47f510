import { emitKeypressEvents } from "node:readline";
import type { Readable } from "node:stream";

interface KeySource extends Readable {
  isTTY?: boolean;
  setRawMode?: (isRaw: boolean) => unknown;
}

interface Key {
  name?: string;
  ctrl?: boolean;
  meta?: boolean;
}

/**
 * Tells each letter or digit as it is pressed; on a terminal at once and unseen, elsewhere as it is read. "q" and Ctrl-C end this
 * process as a terminal's own Ctrl-C does. Node's parser takes escape sequences apart: F5 is sent as `ESC [ 1 5 ~`, and that is no "1".
 */
export function readKeys(input: KeySource, onKey: (key: string) => void): void {
  if (input.isTTY) input.setRawMode?.(true);
  emitKeypressEvents(input);
  input.on("keypress", (text: string | undefined, { name, ctrl, meta }: Key) => {
    const isEnd = ctrl ? name === "c" || name === "d" : text === "q";
    if (isEnd) process.kill(process.pid, "SIGINT");
    else if (!ctrl && !meta && text?.length === 1) onKey(text);
  });
  // A terminal that was closed; SIGHUP tells of it.
  input.on("error", () => {});
  input.resume();
}
