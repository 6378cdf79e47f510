import { z } from "zod";
import { type Finding, hasBlocking, sortFindings } from "../../domain/finding.ts";
import { readYaml, type YamlFile } from "../../load/read-yaml.ts";
import { schemaFindings } from "../../load/schema-findings.ts";
import { type Answers, answersSchema, type WrittenAnswers } from "./answers.ts";

export type ReadAnswers =
  | { kind: "answers"; answers: Answers; written: WrittenAnswers; yaml: YamlFile }
  /** Every fault of the file at once, each with its line. */
  | { kind: "faults"; findings: Finding[] };

/** Reads an answers file as strictly as the files that are made of it. */
export function readAnswers(file: string, content: Buffer): ReadAnswers {
  const { yaml, findings } = readYaml(file, content);
  if (!yaml) return { kind: "faults", findings };
  const checked = answersSchema.safeParse(yaml.value);
  const jsonSchema = z.json().parse(JSON.parse(JSON.stringify(z.toJSONSchema(answersSchema, { io: "input" }))));
  const faults = checked.success ? [] : schemaFindings(yaml, checked.error.issues, jsonSchema, true);
  const all = sortFindings([...findings, ...faults]);
  if (!checked.success || hasBlocking(all)) return { kind: "faults", findings: all };
  // The schema has just found that the value is what a person may write.
  return { kind: "answers", answers: checked.data, written: yaml.value as WrittenAnswers, yaml };
}
