import { isAlias, isCollection, isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { FilePlace, Finding } from "../domain/finding.ts";
import type { Json } from "../domain/json.ts";

/** A fleet's largest values files have some thousand nodes; past these limits somebody means harm. */
const NODES_LIMIT = 50_000;
const DEPTH_LIMIT = 64;
const ALIASES_LIMIT = 200;

export interface YamlFile {
  file: string;
  value: Json;
  /** Where a value stands; where it is missing, the nearest thing around it. */
  placeOf(path: readonly PropertyKey[]): FilePlace;
}

export type YamlReading = { ok: true; yaml: YamlFile; findings: Finding[] } | { ok: false; findings: Finding[] };

/**
 * Reads YAML as Helm does: version 1.1 scalars (`0666` is 438, `yes` is true), the last of two equal keys wins.
 * Two equal keys are a finding, because the first is lost without a word.
 */
export function readYaml(file: string, content: Buffer): YamlReading {
  const text = content.toString("utf8").replace(/^\uFEFF/, "");
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: "1.1",
    merge: true,
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
  });
  const placeAt = (offset: number): FilePlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0)
    return {
      ok: false,
      findings: document.errors.slice(0, 20).map((error) => syntaxFinding(error.message, placeAt(error.pos[0]))),
    };
  const excess = findExcess(document.contents);
  if (excess !== undefined) return { ok: false, findings: [tooLarge(file, excess)] };
  return {
    ok: true,
    yaml: {
      file,
      value: document.toJS({ maxAliasCount: ALIASES_LIMIT }) as Json,
      placeOf: (path) => placeAt(offsetOf(document.contents, path)),
    },
    findings: findDuplicateKeys(document.contents, placeAt),
  };
}

function syntaxFinding(message: string, at: FilePlace): Finding {
  return {
    code: "yaml-syntax",
    severity: "block",
    what: `${at.file} is not valid YAML: ${message.split("\n")[0]?.replace(/\.$/, "")}.`,
    why: "Nothing in the file can be read until this is mended, so nothing was checked or rendered.",
    fix: "Look at this line and the one above it: most often it is the indentation, a tab, a missing colon or a missing quote.",
    at,
  };
}

function tooLarge(file: string, excess: string): Finding {
  return {
    code: "yaml-too-large",
    severity: "block",
    what: `${file} was not read: it has ${excess}.`,
    why: "A short file can unfold to gigabytes; Campanile stops before that.",
    fix: "Write the values out without nested aliases, or split the file.",
    at: { file, line: 1 },
  };
}

/** Counts what the document unfolds to, so that a bomb of nested aliases is found without setting it off. */
function findExcess(root: Node | null): string | undefined {
  let aliases = 0;
  let nodes = 0;
  let depth = 0;
  const sizes = new Map<string, number>();
  if (root === null) return undefined;
  visit(root, {
    Node(_key, node, path) {
      nodes += 1;
      depth = Math.max(depth, path.length);
      if (isAlias(node)) {
        aliases += 1;
        nodes += sizes.get(node.source) ?? 0;
      } else if (isCollection(node) && node.anchor !== undefined) {
        sizes.set(node.anchor, unfoldedSize(node, sizes));
      }
      return nodes > NODES_LIMIT ? visit.BREAK : undefined;
    },
  });
  if (nodes > NODES_LIMIT) return `more than ${NODES_LIMIT} values once its aliases are unfolded`;
  if (aliases > ALIASES_LIMIT) return `more than ${ALIASES_LIMIT} aliases`;
  return depth > 2 * DEPTH_LIMIT ? `more than ${DEPTH_LIMIT} levels` : undefined;
}

function unfoldedSize(node: Node, sizes: ReadonlyMap<string, number>): number {
  let size = 0;
  visit(node, {
    Node(_key, inner) {
      size += isAlias(inner) ? (sizes.get(inner.source) ?? 1) : 1;
    },
  });
  return size;
}

function findDuplicateKeys(root: Node | null, placeAt: (offset: number) => FilePlace): Finding[] {
  const findings: Finding[] = [];
  if (root === null) return findings;
  visit(root, {
    Map(_key, map) {
      const seen = new Map<unknown, number>();
      for (const pair of map.items) {
        if (!isScalar(pair.key)) continue;
        const offset = pair.key.range?.[0] ?? 0;
        const first = seen.get(pair.key.value);
        if (first !== undefined) findings.push(duplicateKey(String(pair.key.value), placeAt(first), placeAt(offset)));
        seen.set(pair.key.value, offset);
      }
    },
  });
  return findings;
}

function duplicateKey(key: string, first: FilePlace, again: FilePlace): Finding {
  return {
    code: "duplicate-key",
    severity: "block",
    what: `"${key}" stands twice in the same block of ${first.file}: on line ${first.line} and on line ${again.line}.`,
    why: "Helm takes the last one and drops the first without a word, so part of what is written here has no effect.",
    fix: "Merge the two blocks into one.",
    at: again,
  };
}

/** Follows a path as far as it goes; a value that is not there is placed at the key or block that should hold it. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  let offset = startOf(root);
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.findLast((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair) return offset;
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isCollection(node)) {
      const item: unknown = node.items[Number(part)];
      if (item === undefined) return offset;
      offset = startOf(item);
      node = item;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}
