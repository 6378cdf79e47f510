import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { ROOT } from "./markdown-files.ts";

const names = z.record(z.string(), z.string()).transform((versions) => Object.keys(versions));
const packageFile = z.object({ dependencies: names, devDependencies: names });

test.each(["dependencies", "devDependencies"] as const)("the page has one line for each of %s, in order", async (section) => {
  const wanted = packageFile.parse(JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8")))[section];
  const page = await readFile(path.join(ROOT, "docs/decisions/dependencies.md"), "utf8");
  const [, lines = ""] = page.split(new RegExp(`^## ${section}$`, "m"));
  const told = [...(lines.split(/^## /m)[0] ?? "").matchAll(/^- `([^`]+)`: .+$/gm)].map(([, name]) => name);
  expect(told).toEqual(wanted.toSorted());
});
