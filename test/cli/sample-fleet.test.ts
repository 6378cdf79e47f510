import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { makeFleet } from "../../app/cli/init/make-fleet.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { readFolder, treeOf } from "../load/config-trees.ts";

async function makeSample() {
  const made = await makeFleet("answers.yaml", await readFile(path.join(SAMPLE_FLEET_FOLDER, "answers.yaml")));
  if (made.kind === "faults") throw new Error(made.findings.map(({ at, what }) => `${at.line}: ${what}`).join("\n"));
  return { files: Object.fromEntries(made.files), secretsFiles: made.secretsFiles };
}

const filesOfAnswers = async () => (await makeSample()).files;

const isValues = (file: string) => /^values\/|\/values\//.test(file);

// Run app/local/seed/update-pins.ts when one of these fails after a change of a schema or of what init writes.
test("the sample fleet is what init makes of its answers, byte for byte, but for its values", async () => {
  const sample = await readFolder(SAMPLE_FLEET_FOLDER);
  const made = Object.entries(await filesOfAnswers()).filter(([file]) => !isValues(file));
  expect(made.length).toBeGreaterThan(0);
  expect(Object.fromEntries(made.map(([file]) => [file, sample[file]]))).toEqual(Object.fromEntries(made));
});

test("the sample's values have grown, but still say what init wrote", async () => {
  const sample = await readFolder(SAMPLE_FLEET_FOLDER);
  const made = Object.entries(await filesOfAnswers()).filter(([file]) => isValues(file));
  const parsed = (texts: [string, string | undefined][]) =>
    Object.fromEntries(texts.map(([file, text]) => [file, parse(text ?? "", { version: "1.1" }) ?? {}]));
  expect(parsed(made.map(([file]) => [file, sample[file]]))).toMatchObject(parsed(made));
  for (const [file, text] of made) expect(sample[file]?.split("\n")[0]).toBe(text.split("\n")[0]);
});

test("the sample has no file but those, the secrets that init asks for, a calendar, and the answers", async () => {
  const { files, secretsFiles } = await makeSample();
  const sample = await readFolder(SAMPLE_FLEET_FOLDER);
  expect(Object.keys(sample).toSorted()).toEqual(
    [...Object.keys(files), ...secretsFiles, "calendars/data8.ics", "answers.yaml"].toSorted(),
  );
});

test("every file of the fleet names in its first line the schema of its kind, which is there", async () => {
  const sample = await readFolder(SAMPLE_FLEET_FOLDER);
  const files = Object.keys(sample).filter((file) => file.endsWith(".yaml") && !["answers.yaml", ".sops.yaml"].includes(file));
  const named = files.map((file) => {
    const [, schema = ""] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(sample[file] ?? "") ?? [];
    return [file, path.posix.join(path.posix.dirname(file), schema)];
  });
  expect(named).toEqual(files.map((file) => [file, `.schema/${kindOf(file)}.schema.json`]));
  for (const [, schema = ""] of named) expect(Object.keys(sample)).toContain(schema);
});

/** `hubs/data8/pins/prod.yaml` is of kind `pins`. */
function kindOf(file: string): string {
  const [, kind = ""] = /(?:^|\/)(campanile|hub|pins|values|secrets)(?:\.yaml$|\/)/.exec(file) ?? [];
  return kind;
}

test("what init makes loads without findings, as the fleet that was answered", async () => {
  const { fleet, findings } = await loadFleet(treeOf(await filesOfAnswers()), "1".repeat(40));
  expect(findings).toEqual([]);
  expect(fleet?.hubs.map(({ name, environments }) => [name, environments.map(({ environment }) => environment)])).toEqual(
    ["data100", "data8", "prob140"].map((name) => [name, ["staging", "prod"]]),
  );
});

test.each(["yes", "12:30:45", "0666", "null", "2026.11", "~", "# no comment", "a: b", "'\"", "<<"])(
  "a title of %j is still the same text when the fleet is read",
  async (title) => {
    const answers = await readFile(path.join(SAMPLE_FLEET_FOLDER, "answers.yaml"), "utf8");
    const renamed = answers
      .replace("title: Berkeley course hubs", `title: ${JSON.stringify(title)}`)
      .replace("title: Data 8\n", `title: ${JSON.stringify(title)}\n`);
    const made = await makeFleet("answers.yaml", Buffer.from(renamed));
    if (made.kind === "faults") throw new Error(JSON.stringify(made.findings));
    const { fleet } = await loadFleet(treeOf(Object.fromEntries(made.files)), "1".repeat(40));
    expect(fleet).toMatchObject({ title, hubs: [{}, { name: "data8", title }, {}] });
  },
);
