import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { readCommitTexts } from "../../app/adapters/git/commit-texts.ts";
import { writeFolder } from "../cli/write-folder.ts";

async function repository() {
  const root = await mkdtemp(path.join(tmpdir(), "campanile-commits-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const git = async (...args: string[]) =>
    (await execa("git", ["-C", root, "-c", "user.name=a", "-c", "user.email=a@b.example", ...args])).stdout;
  await git("init", "--quiet", "--initial-branch=main");
  return {
    gitDir: path.join(root, ".git"),
    git,
    async commit(files: Record<string, string>) {
      await writeFolder(root, files);
      await git("add", "--all");
      await git("commit", "--quiet", "--message", "a commit");
      return git("rev-parse", "HEAD");
    },
  };
}

test("what a commit adds is seen with its line, also when the next one takes it away", async () => {
  const { gitDir, commit } = await repository();
  const base = await commit({ "a.yaml": "one\ntwo\n" });
  const first = await commit({ "a.yaml": "one\nsecret\ntwo\n", "b c/ü.yaml": "+++ b/x\n" });
  const head = await commit({ "a.yaml": "one\ntwo\n" });
  expect(await readCommitTexts(gitDir, base, head)).toEqual([
    { sha: first, file: "a.yaml", lines: [{ number: 2, text: "secret" }] },
    { sha: first, file: "b c/ü.yaml", lines: [{ number: 1, text: "+++ b/x" }] },
  ]);
});

test("a merge of the base branch adds nothing of its own", async () => {
  const { gitDir, git, commit } = await repository();
  await commit({ "a.yaml": "one\n" });
  await git("checkout", "--quiet", "-b", "change");
  const own = await commit({ "b.yaml": "mine\n" });
  await git("checkout", "--quiet", "main");
  const base = await commit({ "a.yaml": "one\ntheirs\n" });
  await git("checkout", "--quiet", "change");
  await git("merge", "--quiet", "--no-edit", "main");
  const head = await git("rev-parse", "HEAD");
  expect((await readCommitTexts(gitDir, base, head)).map(({ sha, file }) => [sha, file])).toEqual([[own, "b.yaml"]]);
});
