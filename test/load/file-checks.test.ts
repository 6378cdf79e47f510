import path from "node:path";
import { describe, expect, test } from "vitest";
import { FILE_CHECKS } from "../../app/load/file-checks.ts";
import { loadExample } from "../validate/example-fleet.ts";
import { readFolder } from "./config-trees.ts";

const withExample = FILE_CHECKS.flatMap(({ code, severity, example }) => (example ? [[code, severity, example] as const] : []));

describe.each(withExample)("%s", (code, severity, example) => {
  test("is found in the example that fails, and not in the one that passes", async () => {
    const { findings } = await loadExample(example.fails);
    expect(findings.filter((finding) => finding.code === code).map((finding) => finding.severity)).toContain(severity);
    expect((await loadExample(example.passes)).findings).toEqual([]);
  });
});

test("whatever the loader finds has a page", async () => {
  const sources = await readFolder(path.resolve(import.meta.dirname, "../../app/load"));
  const found = Object.values(sources).flatMap((text) => [...text.matchAll(/\bcode: "([a-z-]+)"/g)].map(([, code]) => code));
  const explained = FILE_CHECKS.map(({ code }) => code);
  expect(found.length).toBeGreaterThan(20);
  expect([...new Set(found)].filter((code) => code !== undefined && !explained.includes(code))).toEqual([]);
});
