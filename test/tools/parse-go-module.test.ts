import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { parseGoModule } from "../../tools/parse-go-module.ts";

const TOOLS = path.resolve(import.meta.dirname, "../../tools");

test("the version is that of the module that holds the command, not of one with a shorter or similar name", () => {
  const text = `module example.test/tools/thing

go 1.26.0 // the oldest that will do

tool (
	example.test/thing/v2/cmd/one
	example.test/thing/v2/cmd/two
)

require (
	example.test/thing v1.0.0 // indirect
	example.test/thing/v2 v2.4.1 // indirect
	example.test/thing/v2/cmd/on v9.9.9
)
`;
  expect(parseGoModule(text)).toEqual({
    goVersion: "1.26.0",
    packages: ["example.test/thing/v2/cmd/one", "example.test/thing/v2/cmd/two"],
    version: "2.4.1",
  });
});

test("every tool module of this project names its commands and one version", async () => {
  const folders = (await readdir(TOOLS, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && entry.name !== "set-up",
  );
  expect(folders.length).toBeGreaterThan(0);
  for (const { name } of folders) {
    const module = parseGoModule(await readFile(path.join(TOOLS, name, "go.mod"), "utf8"));
    expect(module.version, name).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test("a go.mod without a tool is refused", () => {
  expect(() => parseGoModule("module example.test/x\n\ngo 1.26.0\n")).toThrow("go.mod must say");
});
