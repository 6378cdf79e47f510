// TypeScript 7 offers no interface to its parser. Vitest hands on the one of its bundler, which reads TypeScript.
import { parseAst } from "vitest/node";

export interface Import {
  /** As written: "./hub.ts", "node:fs", "execa". */
  specifier: string;
  /** A type is gone before the program runs; a value loads the other module. */
  kind: "value" | "type";
  line: number;
}

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

/**
 * Every import of a module, also dynamic ones and re-exports.
 * @throws {SyntaxError} when it is no TypeScript
 */
export function readImports(source: string): Import[] {
  const imports: Import[] = [];
  for (const node of nodesOf(parseAst(source, { lang: "ts" }))) {
    const kind = kindOf(node);
    const specifier = isNode(node.source) ? node.source.value : undefined;
    if (kind === undefined || typeof specifier !== "string") continue;
    imports.push({ specifier, kind, line: source.slice(0, node.start).split("\n").length });
  }
  return imports;
}

function kindOf(node: Node): Import["kind"] | undefined {
  switch (node.type) {
    case "ImportDeclaration":
      return node.importKind === "type" ? "type" : "value";
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return node.exportKind === "type" ? "type" : "value";
    case "ImportExpression":
      return "value";
    case "TSImportType":
      return "type";
    default:
      return undefined;
  }
}

function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item);
  else if (isNode(value)) {
    yield value;
    for (const child of Object.values(value)) if (typeof child === "object") yield* nodesOf(child);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
