import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startKeeper } from "../../../app/local/world/keep-processes.ts";
import { startProcess } from "../../../app/local/world/start-process.ts";
import { makeFolder } from "./make-folder.ts";

test("what is to run last runs once every process is gone", async () => {
  const { dir, remove } = await makeFolder();
  onTestFinished(remove);
  const keeper = startKeeper();
  const part = await startProcess({ name: "part", command: "sleep", args: ["infinity"], logDir: dir, keeper, onCrash: () => {} });
  part.exited.catch(() => {});
  const seen = path.join(dir, "seen");
  const look = `if kill -0 ${part.pid} 2>/dev/null; then echo running; else echo gone; fi >"$1"`;
  keeper.runLast(["sh", "-c", look, "look", seen]);
  await keeper.close();
  expect(await readFile(seen, "utf8")).toBe("gone\n");
});
