import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import type { z } from "zod";
import { variables } from "../../app/settings.ts";

const PAGE = path.resolve(import.meta.dirname, "../../docs/settings.md");

test("docs/settings.md has every variable that Campanile reads, in order, with its default", async () => {
  const rows = [...(await readFile(PAGE, "utf8")).matchAll(/^\| `(\w+)` +\| (\S+) +\| .+ \|$/gm)];
  const told = rows.map(([, name, value]) => [name, value?.replaceAll("`", "")]);
  expect(told).toEqual(Object.entries(variables.shape).map(([name, schema]) => [name, defaultOf(schema)]));
});

function defaultOf(schema: z.ZodType): string {
  const { success, data } = schema.safeParse(undefined);
  if (!success) return "required";
  if (data === undefined) return "none";
  return (typeof data === "object" ? JSON.stringify(data) : String(data)).replace(homedir(), "~");
}
