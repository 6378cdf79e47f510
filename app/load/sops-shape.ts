import { createHash } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type PlaceholderSet, placeholderText } from "../domain/placeholder.ts";
import type { ValuePath } from "../domain/value-at.ts";

const ENCRYPTED = /^ENC\[AES256_GCM,data:[^,]*,iv:[^,]+,tag:[^,]+,type:(str|int|float|bool|bytes|time|comment)\]$/;

/** With one of these in its metadata, sops leaves the other values in clear because its user asked for it. */
const CHOOSING_OPTIONS = [
  "encrypted_suffix",
  "encrypted_regex",
  "unencrypted_regex",
  "encrypted_comment_regex",
  "unencrypted_comment_regex",
];

/** What can be seen of an encrypted file without a key. */
export interface SopsShape {
  /** The same keys, every encrypted leaf replaced by a placeholder of its type. */
  shape: JsonObject;
  /** Values that stand in clear and should not. */
  clear: ValuePath[];
  /** Encrypted texts that are whole list items, or the whole file: nobody can say what they are once they are decrypted. */
  opaque: ValuePath[];
  /** Where something of the shape stands in the file: list items move up when comments before them are dropped. */
  writtenAt(path: ValuePath): ValuePath;
}

/** @param file a sops file's content with its metadata */
export function sopsShape({ sops, ...leaves }: JsonObject, placeholders: PlaceholderSet = "first"): SopsShape {
  const rule: ShapeRule = { placeholders, clear: [], opaque: [], moved: new Map(), ...clearRule(sops) };
  const writtenAt = (path: ValuePath) => writtenPath(rule.moved, path);
  const keys = Object.keys(leaves);
  // What sops cannot parse it encrypts as one text under this key.
  if (keys.length === 1 && keys[0] === "data" && encryptedType(leaves.data) !== undefined)
    return { shape: {}, clear: [], opaque: [[]], writtenAt };
  return { shape: shapeOfMap(leaves, [], rule), clear: rule.clear, opaque: rule.opaque, writtenAt };
}

interface ShapeRule {
  placeholders: PlaceholderSet;
  clear: ValuePath[];
  opaque: ValuePath[];
  /** Index in the file of each list item of the shape that has another one there, by its path as JSON. */
  moved: Map<string, number>;
  /** Keys that end so hold what is meant to be read by all. */
  clearSuffix: string | undefined;
  mayBeClear: boolean;
}

function clearRule(metadata: Json | undefined): Pick<ShapeRule, "clearSuffix" | "mayBeClear"> {
  const options = isJsonObject(metadata) ? metadata : {};
  const suffix = options.unencrypted_suffix;
  return {
    clearSuffix: typeof suffix === "string" && suffix !== "" ? suffix : undefined,
    mayBeClear: CHOOSING_OPTIONS.some((option) => typeof options[option] === "string" && options[option] !== ""),
  };
}

function shapeOfMap(map: JsonObject, path: ValuePath, rule: ShapeRule): JsonObject {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => {
      const isMeantClear = rule.clearSuffix !== undefined && key.endsWith(rule.clearSuffix);
      return [key, isMeantClear ? value : shapeOf(value, [...path, key], rule)];
    }),
  );
}

function shapeOf(value: Json, path: ValuePath, rule: ShapeRule): Json {
  if (Array.isArray(value)) return shapeOfList(value, path, rule);
  if (isJsonObject(value)) return shapeOfMap(value, path, rule);
  const type = encryptedType(value);
  if (type !== undefined) return placeholder(type, path, String(value), rule.placeholders);
  // sops leaves nulls and empty strings as they are: there is nothing in them to hide.
  if (value !== null && value !== "" && !rule.mayBeClear) rule.clear.push(path);
  return value;
}

/** sops writes a comment inside a list as an item, and drops it when it decrypts. */
function shapeOfList(list: readonly Json[], path: ValuePath, rule: ShapeRule): Json[] {
  return [...list.entries()]
    .filter(([, item]) => encryptedType(item) !== "comment")
    .map(([written, item], index) => {
      const own = [...path, index];
      if (written !== index) rule.moved.set(JSON.stringify(own), written);
      if (encryptedType(item) !== undefined) rule.opaque.push(own);
      return shapeOf(item, own, rule);
    });
}

function writtenPath(moved: ReadonlyMap<string, number>, path: ValuePath): ValuePath {
  return path.map((part, index) => moved.get(JSON.stringify(path.slice(0, index + 1))) ?? part);
}

function encryptedType(value: Json | undefined): string | undefined {
  return typeof value === "string" ? ENCRYPTED.exec(value)?.[1] : undefined;
}

/**
 * Charts compare and compute with numbers and booleans, so those must be real ones; only text can say what it stands for.
 * sops encrypts a value anew only when it changes, so a text's placeholder moves when its secret does.
 */
function placeholder(type: string, path: ValuePath, encrypted: string, set: PlaceholderSet): Json {
  if (type === "int" || type === "float") return set === "first" ? 0 : 1;
  if (type === "bool") return set === "second";
  const version = createHash("sha256").update(encrypted).digest("hex").slice(0, 8);
  return placeholderText(set, `${path.join(".")}:${version}`);
}
