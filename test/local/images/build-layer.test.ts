import { lstat, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { ensureLayer, unpackLayer } from "../../../app/local/images/build-layer.ts";
import { makeFolder } from "../world/make-folder.ts";

const canMakeDevices = process.platform === "linux" && process.getuid?.() === 0;
const title = "what a layer takes away is told, and a link that leads out of it is not followed";

test.runIf(canMakeDevices)(canMakeDevices ? title : `${title} (not run: only root on Linux makes devices)`, async () => {
  const { dir, remove } = await makeFolder();
  onTestFinished(remove);
  const [outside, unpacked] = [path.join(dir, "outside"), path.join(dir, "unpacked")];
  await Promise.all([outside, unpacked].map((folder) => mkdir(folder)));
  // As an overlay says that a file is gone.
  await execa("mknod", [path.join(outside, "gone"), "c", "0", "0"]);
  const fill = async (tree: string) => {
    await execa("mknod", [path.join(tree, "gone"), "c", "0", "0"]);
    await writeFile(path.join(tree, "stays"), "");
    await symlink(outside, path.join(tree, "leads-out"));
  };
  await unpackLayer(await ensureLayer({ name: "links", inputs: {}, fill }, dir), unpacked);
  const { stdout } = await execa("find", [unpacked, "-mindepth", "1", "-printf", "%f %y\n"]);
  expect(stdout.split("\n").sort()).toEqual([".wh.gone f", "leads-out l", "stays f"]);
  expect((await lstat(path.join(outside, "gone"))).isCharacterDevice()).toBe(true);
});

test("a layer is built once, and again when what it is made of has changed", async () => {
  const { dir, remove } = await makeFolder();
  onTestFinished(remove);
  let built = 0;
  const fill = async (tree: string) => {
    built += 1;
    await writeFile(path.join(tree, "file"), `${built}`);
  };
  const ensure = (version: number) => ensureLayer({ name: "counted", inputs: { version }, fill }, dir);
  const first = await ensure(1);
  expect(await ensure(1)).toEqual(first);
  expect((await ensure(2)).digest).not.toBe(first.digest);
  expect(built).toBe(2);
});
