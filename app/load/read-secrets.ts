import { createHash } from "node:crypto";
import type { Finding } from "../domain/finding.ts";
import { isJsonObject } from "../domain/json.ts";
import { blame } from "./blame.ts";
import type { ConfigTree } from "./config-tree.ts";
import { isGitCrypt } from "./git-crypt.ts";
import type { Layer } from "./load-layers.ts";
import { opaqueParts } from "./opaque-parts.ts";
import { parseFile } from "./read-file.ts";
import { readYaml, type YamlFile, type YamlPath } from "./read-yaml.ts";
import { rememberParsed } from "./remember-parsed.ts";
import { sopsShape } from "./sops-shape.ts";

/**
 * Reads a sops file by its shape: keys are in clear, every encrypted leaf becomes a placeholder of its type.
 * A value that stands in clear is told by its key only.
 */
export async function readSecrets(tree: ConfigTree, path: string): Promise<ReadSecrets> {
  return rememberParsed(tree, path, "shape", (bytes) => parseSecrets(path, bytes));
}

const OPAQUE_WHY = "A whole item of a list is encrypted, or the whole file";

interface ReadSecrets {
  layer: Layer | undefined;
  findings: Finding[];
}

function parseSecrets(path: string, bytes: Buffer): ReadSecrets {
  const { yaml, findings } = readYaml(path, bytes);
  if (!yaml) return { layer: isGitCrypt(bytes) ? hiddenLayer(path, bytes) : undefined, findings };
  if (!isJsonObject(yaml.value) || !isJsonObject(yaml.value.sops))
    return { layer: undefined, findings: [...findings, notEncrypted(yaml)] };
  const { file, findings: schemaFindings } = parseFile(path, "secrets", bytes);
  if (!file) return { layer: undefined, findings: schemaFindings };

  const { shape, clear, opaque, writtenAt } = sopsShape(yaml.value);
  const seen: YamlFile = { file: path, value: shape, placeOf: (each) => yaml.placeOf(writtenAt(each)) };
  const { shape: otherShape } = sopsShape(yaml.value, "second");
  const ciphertext = bytes.toString("utf8");
  const layer = { kind: "encrypted", file: path, digest: digestOf(bytes), shape, otherShape, opaque, ciphertext } as const;
  return {
    layer: clear.length > 0 ? undefined : { layer, yaml: seen },
    findings: [...findings, ...clear.map((each) => inClear(seen, each)), ...opaqueParts(seen, opaque, OPAQUE_WHY)],
  };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** A layer of which nobody knows what it says. */
function hiddenLayer(file: string, bytes: Buffer): Layer {
  const placeOf = () => ({ file, line: 1 });
  return {
    layer: { kind: "encrypted", file, digest: digestOf(bytes), shape: {}, otherShape: {}, opaque: [[]], ciphertext: "" },
    yaml: { file, value: {}, placeOf },
  };
}

function notEncrypted(yaml: YamlFile): Finding {
  return blame(yaml.placeOf([]), {
    code: "plain-secret",
    what: `${yaml.file} is not encrypted.`,
    why: "Files under secrets/ are sops files. What was pushed in clear is known to all who can read the repository, also after it is removed.",
    fix: `Replace the secrets where they come from, write the new ones, and encrypt the file before the commit: sops encrypt --in-place ${yaml.file}`,
  });
}

function inClear(yaml: YamlFile, path: YamlPath): Finding {
  return blame(yaml.placeOf(path), {
    code: "plain-secret",
    what: `"${path.join(".")}" stands in clear.`,
    why: "The file was edited without sops, so the value is now known to all who can read the repository, and sops refuses the file.",
    fix: `Replace this secret where it comes from, and put the new one in with: sops edit ${yaml.file}`,
  });
}
