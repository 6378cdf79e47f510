import { expect, onTestFinished, test } from "vitest";
import { startKeeper } from "../../../app/local/world/keep-processes.ts";
import { startProcess } from "../../../app/local/world/start-process.ts";
import { makeFolder } from "./make-folder.ts";

test("a part that ends of its own accord is told of with its last words, to those who wait for it and to all", async () => {
  const { dir, remove } = await makeFolder();
  const keeper = startKeeper();
  onTestFinished(async () => {
    await keeper.close();
    await remove();
  });
  const { promise: crash, resolve: onCrash } = Promise.withResolvers<string>();
  const script = 'console.error("no space left on device"); process.exitCode = 3;';
  const args = ["--eval", script];
  const part = await startProcess({ name: "part", command: process.execPath, args, logDir: dir, keeper, onCrash });
  await expect(part.waitForLine(/ready/)).rejects.toThrow("no space left on device");
  expect(await crash).toBe(
    `part ended by itself (exit code 3); its log is ${part.logFile}\nIts last words:\nno space left on device`,
  );
});
