import { readdir } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { markdownFiles, ROOT } from "./markdown-files.ts";

test("app/README.md tells of each folder of app/", async () => {
  const entries = await readdir(path.join(ROOT, "app"), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const page = (await markdownFiles()).get("app/README.md") ?? "";
  const [, section = ""] = /^## Folders$(.*?)^## /ms.exec(page) ?? [];
  const told = [...section.matchAll(/^\| `([a-z]+)` +\|/gm)].map(([, folder]) => folder);
  expect(told.toSorted()).toEqual(folders.toSorted());
});
