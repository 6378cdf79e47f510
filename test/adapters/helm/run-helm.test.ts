import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { runHelm } from "../../../app/adapters/helm/run-helm.ts";
import { makeFolder } from "../../local/world/make-folder.ts";
import { until } from "../../world/until.ts";

async function folder(): Promise<string> {
  const { dir, remove } = await makeFolder();
  onTestFinished(remove);
  return dir;
}

const read = (file: string) => readFile(file, "utf8").catch(() => undefined);

test("what is to outlive Campanile goes on to its end, though it says something that nobody hears any more", async () => {
  const dir = await folder();
  const [begun, go, ended] = ["begun", "go", "ended"].map((name) => path.join(dir, name));
  const script = `echo a > ${begun}; until [ -e ${go} ]; do sleep 0.05; done; echo "a warning" >&2; echo "a word"; echo b > ${ended}`;
  const campanile = execa(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", `${import.meta.dirname}/run-and-die.ts`, path.join(dir, "home"), script],
    {
      reject: false,
    },
  );
  await until("it has begun", () => read(begun ?? ""));
  campanile.kill("SIGKILL");
  await campanile;
  await writeFile(go ?? "", "");
  expect(await until("it has ended", () => read(ended ?? ""), { limitSeconds: 10 })).toBe("b\n");
});

test.each([true, false])(
  "what a failing one said last is told, and no file of it is left (outliving: %s)",
  async (isOutliving) => {
    const homeDir = await folder();
    const args = ["-c", "cat; echo 'Error: no such thing' >&2; exit 3"];
    const ending = await runHelm({ binary: "sh", homeDir }, { args, stdin: "a: 1\n", timeLimitSeconds: 10, isOutliving });
    expect(ending).toMatchObject({ ok: false, reason: "failed", stderr: expect.stringContaining("Error: no such thing") });
    expect(await readdir(homeDir)).toEqual([]);
  },
);
