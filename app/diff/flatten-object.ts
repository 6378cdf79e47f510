import { parseDocument } from "yaml";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";

/** One comparable value of an object. `secret` values are compared and never shown. */
export interface Leaf {
  path: string;
  text: string;
  secret: boolean;
}

/** Keys by which Kubernetes tells the items of a list apart, most telling first. */
const MERGE_KEYS = ["name", "containerPort", "mountPath", "key", "ip", "topologyKey", "type", "port"];

/** Names of settings whose value is secret wherever it stands. */
const SECRET_NAMES = /(secret|token|passw|api_?key|private_?key|credential|cookie)/i;

/**
 * In the Secret that holds all values of a hub, these say what a reviewer must see and are no secret in any chart we know:
 * which image, how much memory, how many copies. Everything else is named but not shown.
 */
const SHOWN_IN_SECRETS =
  /(^|\.)(image\.(name|tag|pullPolicy)|(memory|cpu)\.(limit|guarantee)|replicas|storage\.capacity|(cull|prePuller|scheduling)\.[A-Za-z.]*(enabled|timeout|every|maxAge|replicas))$/;

/**
 * Opens an object into its values by path. Order of keys, comments and the order of named list items are nothing.
 * @returns leaves by path; in a Secret every value under `data` is secret, but YAML and JSON inside is opened key by key
 */
export function flattenObject(object: JsonObject): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const isSecret = object.kind === "Secret";
  for (const [key, value] of Object.entries(object)) {
    if (isSecret && (key === "data" || key === "stringData") && isJsonObject(value)) addSecretData(leaves, value, key === "data");
    else if (object.kind === "ConfigMap" && key === "data" && isJsonObject(value)) addConfigData(leaves, value);
    else addLeaves(leaves, value, key, "shown");
  }
  return leaves;
}

type Visibility = "shown" | "secret" | "listed";

function addLeaves(leaves: Map<string, Leaf>, value: Json, path: string, visibility: Visibility): void {
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    for (const [key, item] of Object.entries(value))
      addLeaves(leaves, item, `${path}.${key}`, visibilityOf(visibility, value, key));
  } else if (Array.isArray(value) && value.length > 0) {
    const keys = itemKeys(value);
    for (const [index, item] of value.entries()) addLeaves(leaves, item, `${path}[${keys?.[index] ?? index}]`, visibility);
  } else {
    const secret = visibility === "secret" || (visibility === "listed" && !SHOWN_IN_SECRETS.test(path));
    leaves.set(path, { path, text: typeof value === "string" ? value : JSON.stringify(value), secret });
  }
}

/** An environment variable named like a secret is one, whoever wrote it where. */
function visibilityOf(outer: Visibility, parent: JsonObject, key: string): Visibility {
  if (outer !== "shown" || key !== "value" || typeof parent.name !== "string") return outer;
  return SECRET_NAMES.test(parent.name) ? "secret" : outer;
}

function itemKeys(items: readonly Json[]): string[] | undefined {
  for (const key of MERGE_KEYS) {
    const names = items.map((item) =>
      isJsonObject(item) && (typeof item[key] === "string" || typeof item[key] === "number") ? String(item[key]) : undefined,
    );
    if (names.every((name) => name !== undefined) && new Set(names).size === names.length) return names;
  }
  return undefined;
}

function addSecretData(leaves: Map<string, Leaf>, data: JsonObject, isBase64: boolean): void {
  for (const [key, value] of Object.entries(data)) {
    const text = typeof value === "string" && isBase64 ? Buffer.from(value, "base64").toString("utf8") : String(value);
    const opened = openDocument(key, text);
    if (opened) addLeaves(leaves, opened, key, "listed");
    else leaves.set(`data.${key}`, { path: `data.${key}`, text, secret: true });
  }
}

function addConfigData(leaves: Map<string, Leaf>, data: JsonObject): void {
  for (const [key, value] of Object.entries(data)) {
    const text = String(value);
    const opened = openDocument(key, text);
    if (opened) addLeaves(leaves, opened, key, "shown");
    else leaves.set(`data.${key}`, { path: `data.${key}`, text, secret: false });
  }
}

/** Only what is named as a document is opened: a password may well parse as YAML. */
function openDocument(name: string, text: string): JsonObject | undefined {
  if (!/\.(ya?ml|json)$/.test(name)) return undefined;
  const document = parseDocument(text, { version: "1.1", uniqueKeys: false, prettyErrors: false });
  const value: unknown = document.errors.length === 0 ? document.toJS({ maxAliasCount: 100 }) : undefined;
  return isJsonObject(value) ? value : undefined;
}
