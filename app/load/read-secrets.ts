import { createHash } from "node:crypto";
import type { Finding } from "../domain/finding.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { blame } from "./blame.ts";
import type { ConfigTree } from "./config-tree.ts";
import type { Layer } from "./load-layers.ts";
import { parseFile } from "./read-file.ts";
import { readYaml, type YamlFile, type YamlPath } from "./read-yaml.ts";
import { rememberParsed } from "./remember-parsed.ts";

const ENCRYPTED = /^ENC\[AES256_GCM,data:[^,]*,iv:[^,]+,tag:[^,]+,type:(str|int|float|bool|bytes|time)\]$/;
/** With one of these in its metadata, sops leaves the other values in clear because its user asked for it. */
const CHOOSING_OPTIONS = [
  "encrypted_suffix",
  "encrypted_regex",
  "unencrypted_regex",
  "encrypted_comment_regex",
  "unencrypted_comment_regex",
];

/**
 * Reads a sops file by its shape: keys are in clear, every encrypted leaf becomes a placeholder of its type.
 * A value that stands in clear is told by its key only.
 */
export async function readSecrets(tree: ConfigTree, path: string): Promise<ReadSecrets> {
  return rememberParsed(tree, path, "shape", (bytes) => parseSecrets(path, bytes));
}

interface ReadSecrets {
  layer: Layer | undefined;
  findings: Finding[];
}

function parseSecrets(path: string, bytes: Buffer): ReadSecrets {
  const { yaml, findings } = readYaml(path, bytes);
  if (!yaml) return { layer: undefined, findings };
  if (!isJsonObject(yaml.value) || !isJsonObject(yaml.value.sops))
    return { layer: undefined, findings: [...findings, notEncrypted(yaml)] };
  const { file, findings: schemaFindings } = parseFile(path, "secrets", bytes);
  if (!file) return { layer: undefined, findings: schemaFindings };

  const { sops, ...leaves } = yaml.value;
  const clear: YamlPath[] = [];
  const shape = toShape(leaves, [], { clear, ...clearRule(sops) });
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const layer = { kind: "encrypted", file: path, digest, shape, ciphertext: bytes.toString("utf8") } as const;
  return {
    layer: clear.length > 0 ? undefined : { layer, yaml },
    findings: [...findings, ...clear.map((each) => inClear(yaml, each))],
  };
}

interface ShapeRule {
  clear: YamlPath[];
  /** Keys that end so hold what is meant to be read by all. */
  clearSuffix: string | undefined;
  mayBeClear: boolean;
}

function clearRule(metadata: Json): Omit<ShapeRule, "clear"> {
  const options = isJsonObject(metadata) ? metadata : {};
  const suffix = options.unencrypted_suffix;
  return {
    clearSuffix: typeof suffix === "string" && suffix !== "" ? suffix : undefined,
    mayBeClear: CHOOSING_OPTIONS.some((option) => typeof options[option] === "string" && options[option] !== ""),
  };
}

function toShape(map: JsonObject, path: YamlPath, rule: ShapeRule): JsonObject {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => {
      const isMeantClear = rule.clearSuffix !== undefined && key.endsWith(rule.clearSuffix);
      return [key, isMeantClear ? value : shapeOf(value, [...path, key], rule)];
    }),
  );
}

function shapeOf(value: Json, path: YamlPath, rule: ShapeRule): Json {
  if (Array.isArray(value)) return value.map((item, index) => shapeOf(item, [...path, index], rule));
  if (isJsonObject(value)) return toShape(value, path, rule);
  const type = typeof value === "string" ? ENCRYPTED.exec(value)?.[1] : undefined;
  if (type !== undefined) return placeholder(type, path);
  // sops leaves nulls and empty strings as they are: there is nothing in them to hide.
  if (value !== null && value !== "" && !rule.mayBeClear) rule.clear.push(path);
  return value;
}

/** Charts compare and compute with numbers and booleans, so those must be real ones; only text can say what it stands for. */
function placeholder(type: string, path: YamlPath): Json {
  if (type === "int" || type === "float") return 0;
  return type === "bool" ? false : `campanile-placeholder:${path.join(".")}`;
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
