import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { checkImports } from "../../tools/check-imports.ts";
import { readImports } from "../../tools/read-imports.ts";

test.each([
  [
    "domain knows only itself",
    "app/domain/hub.ts",
    'import type { Plan } from "../plan/plan.ts";',
    "imports types of app/plan/plan.ts",
  ],
  [
    "a stage does not call another",
    "app/plan/plan.ts",
    'import { render } from "../render/render.ts";',
    "imports app/render/render.ts",
  ],
  ["... nor by re-export", "app/plan/plan.ts", 'export { render } from "../render/render.ts";', "imports app/render/render.ts"],
  ["... nor by import()", "app/plan/plan.ts", 'const r = await import("../render/render.ts");', "imports app/render/render.ts"],
  [
    "a stage calls no adapter",
    "app/plan/plan.ts",
    'import { helm } from "../adapters/helm/helm.ts";',
    "imports app/adapters/helm/helm.ts",
  ],
  ["a stage starts no process", "app/plan/plan.ts", 'import { execa } from "execa";', "imports execa"],
  ["a stage reads no file", "app/load/load.ts", 'import { readFile } from "node:fs/promises";', "imports node:fs/promises"],
  ["only the front serves", "app/report/report.ts", 'import fastify from "fastify";', "imports fastify"],
  [
    "an adapter calls no stage",
    "app/adapters/git/git.ts",
    'import { plan } from "../../plan/plan.ts";',
    "imports app/plan/plan.ts",
  ],
  ["production has no local world", "app/main.ts", 'import { start } from "./local/start.ts";', "imports app/local/start.ts"],
  [
    "the emulator is on its own",
    "app/local/github/a.ts",
    'import type { Hub } from "../../domain/hub.ts";',
    "imports types of app/domain/hub.ts",
  ],
  ["tools come before the app", "tools/check.ts", 'import { hub } from "../app/domain/hub.ts";', "imports app/domain/hub.ts"],
])("%s", async (_title, file, source, what) => {
  const root = await plant({ [file]: `// a first line\n${source}\n` });
  expect(await checkImports(root)).toEqual([expect.objectContaining({ file, line: 2, what })]);
});

test("what may be imported is not complained of", async () => {
  const root = await plant({
    "app/ports.ts": 'import { plan } from "./plan/plan.ts";\nimport type { Helm } from "./adapters/helm/helm.ts";\n',
    "app/main.ts": 'import { preview } from "./pipeline/preview.ts";\nimport pg from "pg";\n',
    "app/pipeline/preview.ts": 'import { plan } from "../plan/plan.ts";\nimport type { Helm } from "../adapters/helm/helm.ts";\n',
    "app/plan/plan.ts":
      'import { other } from "./other.ts";\nimport type { Pod } from "@kubernetes/client-node";\nimport { z } from "zod";\n',
    "app/plan/other.ts": 'import type { plan } from "./plan.ts";\nimport { hub } from "../domain/hub.ts";\n',
    "app/webhook/front.ts": 'import fastify from "fastify";\n',
    "app/adapters/helm/helm.ts": 'import { execa } from "execa";\nimport type { Plan } from "../../plan/plan.ts";\n',
    "app/local/start.ts":
      'import { ensureTools } from "../../tools/install-tools.ts";\nimport { emulate } from "./github/a.ts";\n',
  });
  expect(await checkImports(root)).toEqual([]);
});

test("modules that load each other in a circle are found, with the whole circle", async () => {
  const root = await plant({
    "app/plan/a.ts": 'import { b } from "./b.ts";\n',
    "app/plan/b.ts": 'import { c } from "./c.ts";\n',
    "app/plan/c.ts": 'import { a } from "./a.ts";\n',
  });
  const faults = await checkImports(root);
  expect(faults).toHaveLength(1);
  expect(faults[0]?.why.split(" -> ")).toHaveLength(4);
});

test("an import inside a string or a comment is none, and a type inside an expression is one", () => {
  const source =
    '// import "a";\nconst text = `import "b"`;\nlet hub: import("./hub.ts").Hub;\nimport { type C } from "./c.ts";\n';
  expect(readImports(source)).toEqual([
    { specifier: "./hub.ts", kind: "type", line: 3 },
    { specifier: "./c.ts", kind: "value", line: 4 },
  ]);
});

async function plant(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), "campanile-imports-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [file, text] of Object.entries({ ...files, "app/keep.md": "", "tools/keep.md": "" })) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  }
  return root;
}
