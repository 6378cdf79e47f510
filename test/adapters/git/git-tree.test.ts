import { rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { openGitTree } from "../../../app/adapters/git/git-tree.ts";
import { temporaryFolder, writeHistory } from "../../history/write-history.ts";

const openHistory = async (...states: Record<string, string | null>[]) =>
  writeHistory(
    await temporaryFolder(onTestFinished),
    states.map((files, index) => ({ message: `state ${index}`, files })),
  );

test("each commit has its own files, and the same content the same id", async () => {
  const { repository, shas } = await openHistory(
    { "campanile.yaml": "title: A\n", "a/b.yaml": "x: 1\n", "notebook.ipynb": "{}" },
    { "campanile.yaml": "title: B\n" },
    { "a/b.yaml": null, "a/c.yaml": "x: 1\n" },
  );
  const [first, second, third] = await Promise.all(shas.map((sha) => openGitTree(repository, sha)));
  expect(await first?.listFiles()).toEqual(["a/b.yaml", "campanile.yaml"]);
  expect((await first?.readFile("campanile.yaml"))?.toString()).toBe("title: A\n");
  expect((await second?.readFile("campanile.yaml"))?.toString()).toBe("title: B\n");
  expect((await second?.readFile("a/b.yaml"))?.toString()).toBe("x: 1\n");
  await expect(third?.readFile("a/b.yaml")).rejects.toThrow("no file a/b.yaml");
  expect(first?.contentIdOf("a/b.yaml")).toBe(third?.contentIdOf("a/c.yaml"));
  expect(first?.contentIdOf("campanile.yaml")).not.toBe(second?.contentIdOf("campanile.yaml"));
});

test("a blob that the repository has lost is told, not read as something else", async () => {
  const { repository, shas } = await openHistory({ "campanile.yaml": "title: Lost\n", "other.yaml": "x: 1\n" });
  const { stdout: lost } = await execa("git", ["-C", repository, "rev-parse", `${shas[0]}:campanile.yaml`]);
  await rm(path.join(repository, "objects", lost.slice(0, 2), lost.slice(2)));
  await expect(openGitTree(repository, shas[0] ?? "")).rejects.toThrow(/is missing from the repository/);
});
