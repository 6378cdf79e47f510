import { symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { openHistoryTrees } from "../../../app/adapters/git/history-trees.ts";
import { type HistoryState, readHistory } from "../../../app/adapters/git/read-history.ts";
import { temporaryFolder, writeHistory } from "../../history/write-history.ts";

const changesOf = (state: HistoryState | undefined) =>
  Object.fromEntries((state?.changes ?? []).map(({ path, entry }) => [path, entry?.bytes ?? null]));

test("a state is what the branch was after a merge, told by the pull request's title", async () => {
  const { repository, shas } = await writeHistory(await temporaryFolder(onTestFinished), [
    { message: "Begin", files: { "campanile.yaml": "title: A\n", "image.png": "x" } },
    {
      message: "Merge pull request #7 from ada/more-memory\n\nMore memory for the project\n",
      files: {},
      branch: [
        { message: "try", files: { "a.yaml": "x: 1\n" } },
        { message: "try again", files: { "a.yaml": "x: 22\n", "b.yaml": "" } },
      ],
    },
    { message: "Remove a file", files: { "a.yaml": null } },
  ]);
  const states = await readHistory(repository, "staging", "");
  expect(states.map(({ sha }) => sha)).toEqual(shas);
  expect(states.map(({ title }) => title)).toEqual(["Begin", "More memory for the project (#7)", "Remove a file"]);
  expect(states.map(changesOf)).toEqual([{ "campanile.yaml": 9 }, { "a.yaml": 6, "b.yaml": 0 }, { "a.yaml": null }]);
  expect(states[2]?.atSeconds).toBeGreaterThan(states[0]?.atSeconds ?? 0);
});

test("each tree of the history holds what git has at its commit, in whatever order they are asked for", async () => {
  const { repository } = await writeHistory(
    await temporaryFolder(onTestFinished),
    [1, 2, 3, 4].map((number) => ({
      message: `state ${number}`,
      files: {
        "same.yaml": "x: 1\n",
        "changing.yaml": `x: ${number}\n`,
        [`only-${number}.yaml`]: "",
        [`only-${number - 1}.yaml`]: null,
      },
    })),
  );
  const states = await readHistory(repository, "staging", "");
  const trees = openHistoryTrees(repository, states);
  await trees.readAhead(0, 2);
  for (const index of [0, 1, 3, 2]) {
    const tree = trees.treeOf(index);
    const { stdout } = await execa("git", ["-C", repository, "ls-tree", "-r", "--name-only", states[index]?.sha ?? ""]);
    expect((await tree.listFiles()).sort()).toEqual(stdout.split("\n"));
    expect((await tree.readFile("changing.yaml")).toString()).toBe(`x: ${index + 1}\n`);
  }
});

test("a folder of a repository has a history of its own, and links in it are no files", async () => {
  const root = await temporaryFolder(onTestFinished);
  const git = (...args: string[]) => execa("git", ["-C", root, "-c", "user.name=a", "-c", "user.email=a@b.example", ...args]);
  const commit = async (message: string) => {
    await git("add", "--all");
    await git("commit", "--quiet", "--message", message);
  };
  await git("init", "--quiet", "--initial-branch", "staging");
  await execa("mkdir", ["-p", `${root}/deploy-config`, `${root}/other`]);
  await writeFile(path.join(root, "deploy-config/a.yaml"), "x: 1\n");
  await writeFile(path.join(root, "other/a.yaml"), "x: 1\n");
  await commit("begin");
  await execa("rm", [`${root}/deploy-config/a.yaml`]);
  await symlink("/etc/passwd", path.join(root, "deploy-config/a.yaml"));
  await commit("a link");
  const states = await readHistory(path.join(root, ".git"), "staging", "deploy-config/");
  expect(states.map(changesOf)).toEqual([{ "a.yaml": 5 }, { "a.yaml": null }]);
});
