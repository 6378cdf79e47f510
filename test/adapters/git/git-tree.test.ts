import { rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { openGitTree } from "../../../app/adapters/git/git-tree.ts";
import { loadFleet } from "../../../app/load/load-fleet.ts";
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

test("a commit opened after another is the one that is listed from its start, whatever lies between them", async () => {
  const { repository, git, add, commit } = await openRepository();
  const shas = [];
  const [small, large] = [
    await git(["hash-object", "-w", "--stdin"], "a: 1\n"),
    await git(["hash-object", "-w", "--stdin"], LARGE),
  ];
  const steps: [mode: string, object: string, file: string][][] = [
    [...Array(9).keys()].map((index) => ["100644", small, `hubs/h${index}/hub.yaml`]),
    [["120000", small, "hubs/h1/hub.yaml"]],
    [["160000", "1".repeat(40), "hubs/h2/hub.yaml"]],
    [["100644", large, "hubs/h3/hub.yaml"]],
    [["100644", small, "hub/Chart.yaml"]],
    [["100644", small, "hub/.helmignore"]],
    [["100644", small, "hubs/h1/hub.yaml"]],
    [["0", "0".repeat(40), "hub/Chart.yaml"]],
    [["0", "0".repeat(40), "hubs/h2/hub.yaml"]],
    [["100755", small, "A.yaml"]],
  ];
  for (const step of steps) {
    for (const [mode, object, file] of step) await add(mode, object, file);
    shas.push(await commit());
  }
  for (const sha of [...shas, ...shas.toReversed(), shas[0] ?? "", shas[6] ?? ""]) {
    const [near, listed] = [await openGitTree(repository, sha), await openGitTree(repository, `${sha}^{tree}`)];
    const files = await near.listFiles();
    expect(files).toEqual(await listed.listFiles());
    expect(files.map((file) => near.contentIdOf(file))).toEqual(files.map((file) => listed.contentIdOf(file)));
    expect(await near.listRefused()).toEqual(await listed.listRefused());
  }
});

test("a commit is read on its own once the one that was opened before it is gone", async () => {
  const { repository, git, add, commit } = await openRepository();
  const blob = await git(["hash-object", "-w", "--stdin"], "a: 1\n");
  await add("100644", blob, "A.yaml");
  const gone = await commit();
  await openGitTree(repository, gone);
  await add("100644", blob, "B.yaml");
  const sha = await commit();
  await rm(path.join(repository, "objects", gone.slice(0, 2), gone.slice(2)));
  expect(await (await openGitTree(repository, sha)).listFiles()).toEqual(["A.yaml", "B.yaml"]);
});

const LARGE = `x: ${"1".repeat(1024 * 1024)}\n`;

async function openRepository() {
  const folder = await temporaryFolder(onTestFinished);
  const git = async (args: string[], input?: string) =>
    (
      await execa(
        "git",
        ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.example", ...args],
        input === undefined ? {} : { input },
      )
    ).stdout;
  await git(["init", "--quiet"]);
  const add = async (mode: string, object: string, file: string) =>
    git(["update-index", "--add", "--index-info"], `${mode} ${object}\t${file}\n`);
  const commit = async () => {
    await git(["commit", "--quiet", "--message", "state"]);
    return git(["rev-parse", "HEAD"]);
  };
  return { repository: path.join(folder, ".git"), git, add, commit };
}

test("a blob that the repository has lost is told, not read as something else", async () => {
  const { repository, shas } = await openHistory({ "campanile.yaml": "title: Lost\n", "other.yaml": "x: 1\n" });
  const { stdout: lost } = await execa("git", ["-C", repository, "rev-parse", `${shas[0]}:campanile.yaml`]);
  await rm(path.join(repository, "objects", lost.slice(0, 2), lost.slice(2)));
  await expect(openGitTree(repository, shas[0] ?? "")).rejects.toThrow(/is missing from the repository/);
});

test("links, submodules, odd names and large files are told and not read; a chart's files are read whatever they are called", async () => {
  const { repository, git, add, commit } = await openRepository();
  const blob = (text: string) => git(["hash-object", "-w", "--stdin"], text);
  await add("100644", await blob("title: A\n"), "campanile.yaml");
  await add("120000", await blob("/etc/passwd"), "values/common.yaml");
  await add("160000", "1".repeat(40), "hubs/data8");
  await add("100644", await blob("x: 1\n"), "values/staging\u202elmay.yaml");
  await add("100644", await blob("x: 1\n"), "values/a\\b.yaml");
  await add("100644", await blob(LARGE), "values/prod.yaml");
  for (const file of ["hub/Chart.yaml", "hub/.helmignore", "hub/files/run.py", "notes.py"])
    await add("100644", await blob("x"), file);
  const tree = await openGitTree(repository, await commit());
  expect(await tree.listFiles()).toEqual(["campanile.yaml", "hub/.helmignore", "hub/Chart.yaml", "hub/files/run.py"]);
  const refused = await tree.listRefused();
  expect(refused.map(({ path: file, why }) => [file, why]).sort()).toEqual([
    ["hubs/data8", "submodule"],
    ["values/a\\b.yaml", "name"],
    ["values/common.yaml", "link"],
    ["values/prod.yaml", "size"],
    ["values/staging\\u{202e}lmay.yaml", "name"],
  ]);
  const { findings } = await loadFleet(tree, "1".repeat(40));
  expect(findings.filter(({ code }) => code === "refused-file").map(({ at }) => at.file)).toEqual(
    refused.map((each) => each.path).sort(),
  );
});
