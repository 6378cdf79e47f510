import { LineCounter, parseDocument } from "yaml";
import type { FilePlace, Finding } from "../domain/finding.ts";
import type { Json } from "../domain/json.ts";
import type { ValuePath } from "../domain/value-at.ts";
import { describeSyntaxError } from "./syntax-errors.ts";
import { convertNode, type Fault } from "./yaml-to-json.ts";

export type YamlPath = ValuePath;

/** A file's value, of which every key knows its line. */
export interface YamlFile {
  file: string;
  value: Json;
  /** Where the key or list item stands; for one that is not there, the nearest thing around it that is. */
  placeOf(path: YamlPath): FilePlace;
}

export interface ReadYaml {
  /** Absent when the file cannot be understood. A duplicate key or an odd value is a finding, but leaves a value. */
  yaml: YamlFile | undefined;
  findings: Finding[];
}

const FILE_LIMIT_BYTES = 512 * 1024;

/**
 * Reads one YAML file as Helm would, from somebody we don't trust: size, depth, nodes and aliases are capped, duplicate keys are faults.
 * No finding quotes a value, because the file may hold secrets.
 */
export function readYaml(file: string, content: Buffer): ReadYaml {
  const text = decode(content);
  if (typeof text !== "string") return { yaml: undefined, findings: [{ ...text, severity: "block", at: { file, line: 1 } }] };

  const lines = new LineCounter();
  const placeAt = (offset: number): FilePlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // Keys are compared by us: the library compares each with each, which a large file makes slow.
  const document = parseDocument(text, {
    version: "1.1",
    schema: "failsafe",
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  const broken = document.errors[0];
  // One mistake makes the parser stumble over what follows, so only the first is told.
  if (broken) return { yaml: undefined, findings: [describeSyntaxError(broken, text, placeAt)] };

  const { value, offsets, faults, isWhole } = convertNode(document.contents);
  return {
    yaml: isWhole ? { file, value, placeOf: (path) => placeAt(nearestOffset(offsets, path)) } : undefined,
    findings: faults.map((fault) => faultFinding(fault, placeAt)),
  };
}

function decode(content: Buffer): string | Pick<Finding, "code" | "what" | "why" | "fix"> {
  if (content.byteLength > FILE_LIMIT_BYTES)
    return {
      code: "file-too-large",
      what: `The file has ${content.byteLength} bytes and was not read.`,
      why: "Campanile reads YAML files of at most 512 KiB, so that one file cannot hold up everybody's checks.",
      fix: "Split the file, or move data out of it.",
    };
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return {
      code: "yaml-syntax",
      what: "The file is not UTF-8 text.",
      why: "Helm reads values as UTF-8 and nothing else.",
      fix: "Save the file as UTF-8.",
    };
  }
}

function nearestOffset(offsets: ReadonlyMap<string, number>, path: YamlPath): number {
  for (let length = path.length; length > 0; length--) {
    const offset = offsets.get(JSON.stringify(path.slice(0, length)));
    if (offset !== undefined) return offset;
  }
  return offsets.get("[]") ?? 0;
}

function faultFinding({ offset, otherOffset, code, what, why, fix }: Fault, placeAt: (offset: number) => FilePlace): Finding {
  const said = otherOffset === undefined ? what : what.replace("{other}", String(placeAt(otherOffset).line));
  return { code, severity: "block", what: said, why, fix, at: placeAt(offset) };
}
