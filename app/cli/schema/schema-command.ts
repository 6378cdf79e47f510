import { Command } from "commander";
import { markdownTable } from "markdown-table";
import { ConfigError } from "../../domain/errors.ts";
import { isJsonObject } from "../../domain/json.ts";
import { suggestName } from "../../domain/suggest-name.ts";
import { FILE_KINDS, type FileKind, jsonSchemaOf } from "../../load/read-file.ts";
import type { Terminal } from "../terminal.ts";

/** `campanile schema`: the JSON Schemas of all files that we read, for editors and for other programs. */
export function schemaCommand({ write }: Terminal): Command {
  return new Command("schema")
    .description("print the JSON Schema of a kind of file; without a name, list them")
    .argument("[name]", "as the list names it")
    .addHelpText(
      "after",
      `
An editor that knows YAML uses it from the file's first line:
  campanile schema hub > hub.schema.json
  # yaml-language-server: $schema=hub.schema.json
campanile init keeps those of our own layout under .schema/.`,
    )
    .action((name: string | undefined) => {
      write(name === undefined ? listSchemas() : `${JSON.stringify(jsonSchemaOf(kindOf(name)), null, 2)}\n`);
    });
}

function listSchemas(): string {
  const rows = FILE_KINDS.map((kind) => {
    const schema = jsonSchemaOf(kind);
    return [kind, isJsonObject(schema) ? String(schema.description ?? schema.title ?? "") : ""];
  });
  return `${markdownTable([["Name", "For"], ...rows])}\n`;
}

function kindOf(name: string): FileKind {
  const kind = FILE_KINDS.find((each) => each === name);
  if (kind !== undefined) return kind;
  const meant = suggestName(name, FILE_KINDS);
  throw new ConfigError({
    code: "unknown-schema",
    what: `There is no schema "${name}".`,
    why: `The schemas are ${FILE_KINDS.join(", ")}.`,
    fix: meant === undefined ? "Name one of them." : `Did you mean "${meant}"?`,
  });
}
