import { stringify } from "yaml";
import { FLEET_FILE, hubFiles, sharedValuesFiles } from "../../load/layout.ts";
import { jsonSchemaOf, type OwnFileKind, SCHEMAS } from "../../load/read-file.ts";
import { jupyterhubPath } from "../../validate/fleet-view.ts";
import type { Answers, WrittenAnswers } from "./answers.ts";
import { README_FILE, readme } from "./readme.ts";
import { environmentValues, hubValues, sharedValues } from "./starting-values.ts";

/** Folder of the JSON Schemas that editors read. */
const SCHEMA_FOLDER = ".schema";

/**
 * All files of a new `deploy-config` repository, by path.
 * @param answers already checked by `answersSchema`
 * @param written the same as they were given: what a person left to its default stays out of the files
 */
export function fleetFiles(answers: Answers, written: WrittenAnswers): Map<string, string> {
  const environments = answers.fleet.environments.map((environment) => environment.name);
  // All hubs begin with one chart, so one path fits them all.
  const jupyterhub = jupyterhubPath(Object.values(answers.hubs)[0]?.hub.image.valuePath ?? "");
  const files = new Map<string, string>();
  const addYaml = (path: string, kind: OwnFileKind, content: object) => files.set(path, yamlText(path, kind, content));
  addYaml(FLEET_FILE, "campanile", written.fleet);
  for (const path of sharedValuesFiles(environments))
    addYaml(path, "values", path.endsWith("/common.yaml") ? sharedValues(jupyterhub) : {});
  for (const [name, hub] of Object.entries(answers.hubs)) {
    const paths = hubFiles(name);
    addYaml(paths.hub, "hub", written.hubs[name]?.hub ?? hub.hub);
    for (const environment of environments.filter((each) => Object.hasOwn(hub.hub.environments, each))) {
      const [common, own] = paths.values(environment);
      if (common !== undefined) addYaml(common, "values", hubValues(jupyterhub, hub));
      if (own !== undefined) addYaml(own, "values", environmentValues(jupyterhub, hub.hub.environments[environment]?.url ?? ""));
      addYaml(paths.pins(environment), "pins", { hub: answers.chart, image: hub.image });
    }
  }
  for (const [path, text] of schemaFiles()) files.set(path, text);
  files.set(".sops.yaml", sopsRules(answers.ageRecipient));
  files.set(README_FILE, readme(jupyterhub));
  return files;
}

/** The JSON Schemas of all kinds of files, made from what the loader checks with. */
export function schemaFiles(): Map<string, string> {
  const kinds = Object.keys(SCHEMAS).filter((kind): kind is OwnFileKind => Object.hasOwn(SCHEMAS, kind));
  return new Map(kinds.map((kind) => [schemaPath(kind), `${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`]));
}

export function isSchemaFile(path: string): boolean {
  return path.startsWith(`${SCHEMA_FOLDER}/`);
}

function schemaPath(kind: OwnFileKind): string {
  return `${SCHEMA_FOLDER}/${kind}.schema.json`;
}

/** Every file names its schema, so that editors complete keys and mark faults while one types. */
export function schemaLine(path: string, kind: OwnFileKind): string {
  const up = "../".repeat(path.split("/").length - 1);
  return `# yaml-language-server: $schema=${up}${schemaPath(kind)}\n`;
}

const HEADINGS: Partial<Record<OwnFileKind, string>> = {
  campanile: "# The fleet: what all hubs share. The first environment is deployed first.\n",
  pins: "# The exact versions that run. A bump or a promotion changes this file and nothing else.\n",
};

function yamlText(path: string, kind: OwnFileKind, content: object): string {
  // A tag such as 2026.11 would be a number without its quotes.
  const quotes = kind === "pins" ? ({ defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" } as const) : {};
  const body = Object.keys(content).length === 0 ? "" : stringify(content, { version: "1.1", lineWidth: 0, ...quotes });
  return schemaLine(path, kind) + (HEADINGS[kind] ?? "") + body;
}

function sopsRules(ageRecipient: string): string {
  return `# Who can read the secrets. After a change here: sops updatekeys hubs/<hub>/secrets/<env>.yaml
${stringify({ creation_rules: [{ path_regex: "^hubs/[^/]+/secrets/[^/]+\\.yaml$", age: ageRecipient }] }, { lineWidth: 0 })}`;
}
