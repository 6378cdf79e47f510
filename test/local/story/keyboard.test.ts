import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { readKeys } from "../../../app/local/story/keyboard.ts";

test("letters and digits are told; what a terminal sends for other keys holds digits too, and is not", async () => {
  const told: string[] = [];
  const terminal = new PassThrough();
  readKeys(terminal, (key) => told.push(key));
  const keys = {
    F5: "\x1b[15~",
    delete: "\x1b[3~",
    up: "\x1b[A",
    "shift-right": "\x1b[1;2C",
    "alt-1": "\x1b1",
    "keypad q": "\x1bOq",
  };
  for (const sent of Object.values(keys)) terminal.write(sent);
  terminal.end("1\rx2\n");
  await once(terminal, "end");
  expect(told.filter((key) => key.trim() !== "")).toEqual(["1", "x", "2"]);
});

test.each([
  ["q", "q"],
  ["Ctrl-C", "\x03"],
  ["Ctrl-D", "\x04"],
])("%s ends this process as the terminal's own Ctrl-C does", async (_name, sent) => {
  const interrupted = once(process, "SIGINT");
  const terminal = new PassThrough();
  onTestFinished(() => void terminal.destroy());
  readKeys(terminal, () => {});
  terminal.write(sent);
  await interrupted;
});
