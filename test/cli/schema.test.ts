import { readFile } from "node:fs/promises";
import path from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { campanile } from "./run-campanile.ts";

test.each([
  ["campanile", "campanile.yaml"],
  ["hub", "hubs/data8/hub.yaml"],
  ["pins", "hubs/data8/pins/prod.yaml"],
  ["values", "hubs/data8/values/common.yaml"],
  ["secrets", "hubs/data8/secrets/prod.yaml"],
])("the schema %s takes the sample's %s, and editors that read draft 7 can use it", async (name, file) => {
  const { stdout, exitCode } = await campanile(["schema", name]);
  expect(exitCode).toBe(0);
  const schema = JSON.parse(stdout);
  expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
  const check = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  const value = parse(await readFile(path.join(SAMPLE_FLEET_FOLDER, file), "utf8"), { version: "1.1" });
  expect(check(value), JSON.stringify(check.errors)).toBe(true);
  expect(check([value])).toBe(false);
});

test("every schema that is listed can be had, those of hubploy's files too", async () => {
  const { stdout } = await campanile(["schema"]);
  const names = [...stdout.matchAll(/^\| ([a-z][a-z-]*) +\| [A-Za-z]/gm)].map(([, name]) => name ?? "");
  expect(names).toEqual(expect.arrayContaining(["campanile", "hub", "pins", "values", "secrets", "hubploy"]));
  const hubploy = await campanile(["schema", "hubploy"]);
  expect(JSON.parse(hubploy.stdout)).toMatchObject({ type: "object" });
});

test("a name that there is not ends with 2 and the right one", async () => {
  const run = await campanile(["schema", "pin"]);
  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain('Did you mean "pins"?');
});
