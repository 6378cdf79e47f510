import { createHash } from "node:crypto";
import type { Finding } from "../domain/finding.ts";
import type { ValueLayer } from "../domain/hub.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import type { YamlFile } from "./read-yaml.ts";

const ENCRYPTED = /^ENC\[AES256_GCM,data:[^,]*,iv:[^,]+,tag:[^,]+,type:(str|int|float|bool|bytes|comment)\]$/;

/**
 * Reads a sops file by its shape: the keys are in clear, every encrypted leaf becomes a placeholder of its type.
 * A value that stands in clear is a finding and never told: the file is refused, because the next commit would publish more.
 */
export function readSecrets(yaml: YamlFile, content: Buffer): { layer: ValueLayer | undefined; findings: Finding[] } {
  if (!isJsonObject(yaml.value) || !isJsonObject(yaml.value.sops)) return { layer: undefined, findings: [notEncrypted(yaml)] };
  const { sops: _metadata, ...leaves } = yaml.value;
  const clear: string[][] = [];
  const shape = placeholdersFor(leaves, [], clear);
  if (clear.length > 0) return { layer: undefined, findings: clear.map((path) => plainLeaf(yaml, path)) };
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  return {
    layer: {
      kind: "encrypted",
      file: yaml.file,
      digest,
      shape: isJsonObject(shape) ? shape : {},
      ciphertext: content.toString("utf8"),
    },
    findings: [],
  };
}

function placeholdersFor(value: Json, path: string[], clear: string[][]): Json {
  if (Array.isArray(value)) return value.map((item, index) => placeholdersFor(item, [...path, String(index)], clear));
  if (isJsonObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, placeholdersFor(item, [...path, key], clear)]),
    ) satisfies JsonObject;
  const type = typeof value === "string" ? ENCRYPTED.exec(value)?.[1] : undefined;
  if (type !== undefined) return placeholder(type, path);
  // sops leaves empty strings and nulls as they are: there is nothing in them to hide.
  if (value !== null && value !== "") clear.push(path);
  return value;
}

function placeholder(type: string, path: readonly string[]): Json {
  if (type === "int" || type === "float") return 0;
  if (type === "bool") return false;
  return `campanile-placeholder:${path.join(".")}`;
}

function notEncrypted(yaml: YamlFile): Finding {
  return {
    code: "plain-secret",
    severity: "block",
    what: `${yaml.file} is not encrypted.`,
    why: "Everything under secrets/ must be a sops file. What was pushed in clear is known to everybody who can read the repository, also after it is removed.",
    fix: `Change the secrets it holds where they come from, then encrypt the new ones: sops encrypt --in-place ${yaml.file}`,
    at: yaml.placeOf([]),
  };
}

function plainLeaf(yaml: YamlFile, path: readonly string[]): Finding {
  return {
    code: "plain-secret",
    severity: "block",
    what: `"${path.join(".")}" in ${yaml.file} stands in clear.`,
    why: "The file was edited without sops, so this value is now known to everybody who can read the repository.",
    fix: "Change this secret where it comes from, then set the new one with: sops set, or sops edit.",
    at: yaml.placeOf(path),
  };
}
