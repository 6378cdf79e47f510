export interface GoModule {
  /** The oldest Go that may build it: "1.26.0". */
  goVersion: string;
  /** The commands that the module's `tool` directives name, by import path. */
  packages: string[];
  /** Of the required module that holds commands, without the "v"; the others are our own. */
  version: string;
}

/**
 * Reads from a go.mod what the installer needs, so that a tool's version is written there and nowhere else.
 * @throws {Error} when a directive is missing: the file is ours
 * @see Go, "Go Modules Reference", section go.mod files
 */
export function parseGoModule(text: string): GoModule {
  const directives = readDirectives(text);
  const goVersion = directives.find(([verb]) => verb === "go")?.[1];
  const packages = directives.flatMap(([verb, name]) => (verb === "tool" && name !== undefined ? [name] : []));
  const holder = directives
    .filter(([verb, name]) => verb === "require" && name !== undefined && packages.some((each) => isWithin(name, each)))
    .sort(([, one = ""], [, other = ""]) => other.length - one.length)[0];
  const version = holder?.[2]?.replace(/^v/, "");
  if (goVersion === undefined || packages.length === 0 || version === undefined) {
    throw new Error("go.mod must say `go`, `tool`, and `require` for the module of the tool");
  }
  return { goVersion, packages, version };
}

/** Each directive as its verb and words, whether it stood alone or in a block. */
function readDirectives(text: string): string[][] {
  const directives: string[][] = [];
  let block: string | undefined;
  for (const raw of text.split("\n")) {
    const words = raw
      .replace(/\/\/.*$/, "")
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "");
    const [first, second] = words;
    if (first === undefined) continue;
    if (first === ")") block = undefined;
    else if (second === "(") block = first;
    else directives.push(block === undefined ? words : [block, ...words]);
  }
  return directives;
}

function isWithin(module: string, importPath: string): boolean {
  return importPath === module || importPath.startsWith(`${module}/`);
}
