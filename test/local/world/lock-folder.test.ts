import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test, vi } from "vitest";
import { lockFolder } from "../../../app/local/world/lock-folder.ts";
import { makeFolder } from "./make-folder.ts";

const quiet = () => {};

async function worldFolder(): Promise<string> {
  const { dir, remove } = await makeFolder();
  onTestFinished(remove);
  return path.join(dir, "world");
}

test("a second world in the same folder is refused with a sentence that says whose it is, until the first lets go", async () => {
  const dir = await worldFolder();
  const release = await lockFolder(dir, quiet);
  await expect(lockFolder(dir, quiet)).rejects.toThrow(
    `No world was started: another one is using ${dir} (process ${process.pid}).`,
  );
  await release();
  await (await lockFolder(dir, quiet))();
});

test("the lock of a process that was killed does not keep the next one out", async () => {
  const dir = await worldFolder();
  const gone = execa(process.execPath, ["--version"]);
  await gone;
  await mkdir(`${dir}.lock`, { recursive: true });
  await writeFile(`${dir}.pid`, String(gone.pid));
  await (await lockFolder(dir, quiet))();
});

test("a lock that somebody touches whom nobody here sees is respected", async () => {
  const dir = await worldFolder();
  await mkdir(`${dir}.lock`, { recursive: true });
  const elsewhere = setInterval(() => void utimes(`${dir}.lock`, new Date(), new Date()), 500);
  onTestFinished(() => clearInterval(elsewhere));
  await expect(lockFolder(dir, quiet)).rejects.toThrow("somebody whom this machine does not see");
});

test("whoever has the folder is told when its lock is taken away", async () => {
  const dir = await worldFolder();
  const onLost = vi.fn();
  await lockFolder(dir, onLost);
  await rm(`${dir}.lock`, { recursive: true });
  await vi.waitFor(() => expect(onLost).toHaveBeenCalledWith(expect.stringContaining("was removed while the world ran")), 5_000);
});
