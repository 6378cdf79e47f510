import { parseDocument, type Tags } from "yaml";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";

/** One comparable value of an object. `secret` values are compared and never shown. */
export interface Leaf {
  /** For people, dotted: `spec.template.spec.containers[hub].image`. */
  path: string;
  text: string;
  /** Whether the value is a text: `"1"` is not 1 to the program that reads it. */
  isText: boolean;
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

/** `kubectl apply` keeps the whole object in it as it was written, secrets and all. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Helm's own annotations; what else people write beside a Secret may well be made from it. */
const HELM_ANNOTATION = /^(meta\.)?helm\.sh\//;

/** Keys and list items from the top: unlike the path, never the same for two values. */
type Parts = readonly (string | readonly [item: string])[];

type Visibility = "shown" | "secret" | "listed";

/**
 * Opens an object into its values. Order of keys, comments and the order of named list items are nothing.
 * @returns leaves, each under a key of its own; in a Secret every value under `data` is secret, but YAML and JSON inside is opened key by key
 */
export function flattenObject(object: JsonObject): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  for (const [key, value] of Object.entries(object)) {
    if (object.kind === "Secret" && (key === "data" || key === "stringData")) addSecretData(leaves, value, key === "data");
    else if (object.kind === "ConfigMap" && key === "data" && isJsonObject(value)) addConfigData(leaves, value);
    else if (key === "metadata" && isJsonObject(value)) addMetadata(leaves, value, object.kind === "Secret");
    else addLeaves(leaves, value, [key], "shown");
  }
  return leaves;
}

function addLeaves(leaves: Map<string, Leaf>, value: Json, parts: Parts, visibility: Visibility): void {
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    for (const [key, item] of Object.entries(value))
      addLeaves(leaves, item, [...parts, key], visibilityOf(visibility, value, key));
  } else if (Array.isArray(value) && value.length > 0) {
    // A list item's own values would name it in the path, where nothing is hidden.
    const keys = visibility === "shown" ? itemKeys(value) : undefined;
    for (const [index, item] of value.entries())
      addLeaves(leaves, item, [...parts, [keys?.[index] ?? String(index)]], visibility);
  } else {
    const path = describePath(parts);
    const secret = visibility === "secret" || (visibility === "listed" && !SHOWN_IN_SECRETS.test(path));
    const isText = typeof value === "string";
    leaves.set(JSON.stringify(parts), { path, text: isText ? value : JSON.stringify(value), isText, secret });
  }
}

function describePath(parts: Parts): string {
  return parts.reduce<string>((path, part) => {
    if (typeof part !== "string") return `${path}[${part[0]}]`;
    return path === "" ? part : `${path}.${part}`;
  }, "");
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

function addMetadata(leaves: Map<string, Leaf>, metadata: JsonObject, isSecret: boolean): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (key !== "annotations" || !isJsonObject(value)) addLeaves(leaves, value, ["metadata", key], "shown");
    else
      for (const [name, text] of Object.entries(value)) {
        const isHidden = name === LAST_APPLIED || (isSecret && !HELM_ANNOTATION.test(name));
        addLeaves(leaves, text, ["metadata", key, name], isHidden ? "secret" : "shown");
      }
  }
}

function addSecretData(leaves: Map<string, Leaf>, data: Json, isBase64: boolean): void {
  if (!isJsonObject(data)) addLeaves(leaves, data, ["data"], "secret");
  for (const [key, value] of isJsonObject(data) ? Object.entries(data) : []) {
    const text = typeof value === "string" && isBase64 ? Buffer.from(value, "base64").toString("utf8") : value;
    const opened = openDocument(key, text);
    if (opened) addLeaves(leaves, opened, [key], "listed");
    else addLeaves(leaves, text, ["data", key], "secret");
  }
}

function addConfigData(leaves: Map<string, Leaf>, data: JsonObject): void {
  for (const [key, value] of Object.entries(data)) {
    const opened = openDocument(key, value);
    if (opened) addLeaves(leaves, opened, [key], "shown");
    else addLeaves(leaves, value, ["data", key], "shown");
  }
}

/** Only what is named as a document is opened: a password may well parse as YAML. What cannot be opened is compared as it stands. */
function openDocument(name: string, text: Json): JsonObject | undefined {
  if (typeof text !== "string" || !/\.(ya?ml|json)$/.test(name)) return undefined;
  try {
    const document = parseDocument(text, { version: "1.1", customTags: plainTags, uniqueKeys: false, prettyErrors: false });
    const value: unknown = document.errors.length === 0 ? document.toJS({ maxAliasCount: 100 }) : undefined;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** As Helm reads YAML: a date is a text. */
function plainTags(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === "string" || !/:(timestamp|binary|set|omap|pairs)$/.test(tag.tag));
}
