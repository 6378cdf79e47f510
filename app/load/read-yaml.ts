import { Lexer, LineCounter, parseDocument } from "yaml";
import type { FilePlace, Finding } from "../domain/finding.ts";
import { isJsonObject, type Json } from "../domain/json.ts";
import { mergeValues } from "../domain/merge-values.ts";
import { hasValueAt, type ValuePath } from "../domain/value-at.ts";
import { findTab } from "./find-tab.ts";
import { isGitCrypt, isInGitCrypt } from "./git-crypt.ts";
import { splitDocuments } from "./split-documents.ts";
import { describeSyntaxError, TABS } from "./syntax-errors.ts";
import { convertNode, type Fault, NODES_LIMIT } from "./yaml-to-json.ts";

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
/** A file of so many tokens stands for more values than the limit; counted first, because building a tree of them takes seconds. */
const TOKENS_LIMIT = 300_000;
/** What is shorter holds fewer keys than the limit, each with a colon and an end of line. */
const SHORT_CHARACTERS = 2 * NODES_LIMIT;
const DOCUMENTS_LIMIT = 16;

type Words = Pick<Finding, "code" | "what" | "why" | "fix">;

export interface ReadYamlOptions {
  /** Whether findings may show short values: not for files that hold secrets. Keys are shown always. */
  mayQuote?: boolean;
}

/**
 * Reads one YAML file as Helm would, from somebody we don't trust: size, depth, nodes and aliases are capped, duplicate keys are faults.
 */
export function readYaml(file: string, content: Buffer, { mayQuote = false }: ReadYamlOptions = {}): ReadYaml {
  if (isGitCrypt(content)) return { yaml: undefined, findings: [isInGitCrypt({ file, line: 1 })] };
  const text = decode(content);
  const refused = (words: Words, at: FilePlace = { file, line: 1 }): ReadYaml => ({
    yaml: undefined,
    findings: [{ severity: "block", ...words, at }],
  });
  if (typeof text !== "string") return refused(text);
  if (hasTooManyTokens(text)) return refused(TOO_MANY_VALUES);

  const lines = new LineCounter();
  const placeAt = (offset: number): FilePlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  for (let start = 0; start >= 0; start = text.indexOf("\n", start) + 1 || -1) lines.addNewLine(start);
  const odd = ODD_CHARACTER.exec(text);
  if (odd) return refused(ODD_CHARACTER_WORDS, placeAt(odd.index));
  const split = splitDocuments(text);
  if (split.kind === "bad-separator") return refused(BAD_SEPARATOR, placeAt(split.offset));
  const [first, second] = split.documents;
  if (split.documents.length > DOCUMENTS_LIMIT) return refused(TOO_MANY_VALUES);
  const read = split.documents.map((each) => readDocument(each.text, placeAt, mayQuote));
  const findings = [
    ...read.flatMap((each) => each.findings),
    ...(second ? [{ severity: "block" as const, ...SEVERAL_DOCUMENTS, at: placeAt(second.offset) }] : []),
  ];
  const parts = read.flatMap(({ part }) => part ?? []);
  if (parts.length < read.length) return { yaml: undefined, findings };
  return { yaml: first ? fileOf(file, parts, placeAt) : { file, value: null, placeOf: () => placeAt(0) }, findings };
}

interface Part {
  value: Json;
  offsets: ReadonlyMap<string, number>;
}

function readDocument(
  text: string,
  placeAt: (offset: number) => FilePlace,
  mayQuote: boolean,
): { part: Part | undefined; findings: Finding[] } {
  // Keys are compared by us: the library compares each with each, which a large file makes slow.
  const document = parseDocument(text, {
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  const broken = document.errors[0];
  // One mistake makes the parser stumble over what follows, so only the first is told.
  if (broken) return { part: undefined, findings: [describeSyntaxError(broken, text, placeAt)] };
  const tab = findTab(text);
  if (tab !== undefined)
    return { part: undefined, findings: [{ code: "yaml-syntax", severity: "block", ...TABS, at: placeAt(tab) }] };
  const { value, offsets, faults, isWhole } = convertNode(document.contents, mayQuote);
  return { part: isWhole ? { value, offsets } : undefined, findings: faults.map((fault) => faultFinding(fault, placeAt)) };
}

/** Helm 4 merges the documents of a file as it merges files. */
function fileOf(file: string, parts: readonly Part[], placeAt: (offset: number) => FilePlace): YamlFile {
  const [only] = parts;
  const values = parts.map(({ value }) => (isJsonObject(value) ? value : {}));
  return {
    file,
    value: parts.length === 1 && only ? only.value : mergeValues(values),
    placeOf(path) {
      const part = parts.findLast(({ value }) => hasValueAt(value, path)) ?? only;
      return placeAt(part ? nearestOffset(part.offsets, path) : 0);
    },
  };
}

function decode(content: Buffer): string | Words {
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

function hasTooManyTokens(text: string): boolean {
  if (text.length <= SHORT_CHARACTERS) return false;
  let tokens = 0;
  // Every key ends in the one, or begins with the other where it is written as "? key".
  let [colons, marks] = [0, 0];
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (token === ":") colons += 1;
    else if (token === "?") marks += 1;
    if (tokens > TOKENS_LIMIT || Math.max(colons, marks) > NODES_LIMIT) return true;
  }
  return false;
}

/** What Helm refuses as a control character, and what it takes for the end of a line while editors don't. */
const ODD_CHARACTER = /[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|\r(?!\n)/u;

const ODD_CHARACTER_WORDS: Words = {
  code: "yaml-syntax",
  what: "There is a character here that cannot be seen: a control character, or an unusual end of line.",
  why: "Helm refuses control characters, and ends the line at the others although no editor shows it.",
  fix: 'Remove it, or write it as an escape such as "\\u0085" in double quotes.',
};

const TOO_MANY_VALUES: Words = {
  code: "yaml-too-large",
  what: "The file stands for more values than Campanile reads.",
  why: "Campanile stops there, so that one file cannot hold up everybody's checks.",
  fix: "Split the file, or move data out of it.",
};

const BAD_SEPARATOR: Words = {
  code: "yaml-syntax",
  what: "A line begins with three dashes, and something follows them.",
  why: "Helm takes such a line for the beginning of a new document and allows only a comment there.",
  fix: "Put what follows on a line of its own, or the text in quotes.",
};

const SEVERAL_DOCUMENTS: Words = {
  code: "yaml-syntax",
  what: "The file holds more than one YAML document.",
  why: "Helm 4 merges them, Helm 3 reads the first and silently drops the rest: what is deployed depends on who deploys.",
  fix: "Remove the line with --- and merge the two into one.",
};

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
