import { type FieldType, type FieldTypes, kindKey, QUANTITY_TYPE } from "../domain/field-types.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { guessItemKeys, itemKeys } from "./item-keys.ts";
import { openDocument } from "./open-document.ts";
import { QUANTITY_PATHS } from "./quantity-paths.ts";

/** One comparable value of an object. `secret` values are compared and never shown. */
export interface Leaf {
  /** For people, dotted: `spec.template.spec.containers[hub].image`. */
  path: string;
  text: string;
  /** Whether the value is a text: `"1"` is not 1 to the program that reads it. */
  isText: boolean;
  /** An amount as Kubernetes reads it: `1Gi` is `1024Mi`. */
  isQuantity: boolean;
  secret: boolean;
}

/** Leaves by keys that are never the same for two values, unlike their paths. */
export type Leaves = ReadonlyMap<string, Leaf>;

/** Where an object comes from: what is rendered for a preview has placeholders for secrets, what the cluster holds has the secrets. */
export type Origin = "rendered" | "live";

/** Names of settings whose value is secret wherever it stands. */
const SECRET_NAMES = /(secret|token|passw|api_?key|private_?key|credential|cookie)/i;

/**
 * In the Secret that holds all values of a hub, these say what a reviewer must see and are no secret in any chart we know:
 * which image, how much memory, how many copies. Everything else is named but not shown.
 */
const SHOWN_IN_SECRETS =
  /(^|\.)(image\.(name|tag|pullPolicy)|(memory|cpu)\.(limit|guarantee)|replicas|storage\.capacity|(cull|prePuller|scheduling)\.[A-Za-z.]*(enabled|timeout|every|maxAge|replicas))$/;

/**
 * Code that people write into the values, and review line by line. It is shown as it was rendered, where a secret is a placeholder,
 * and never as the cluster holds it.
 */
const CODE_IN_SECRETS = /(^|\.)extraConfig\.[^.]+$/;

/** `kubectl apply` keeps the whole object in it as it was written, secrets and all. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Helm's own annotations; what else people write beside a Secret may well be made from it. */
const HELM_ANNOTATION = /^(meta\.)?helm\.sh\//;

/** Keys and list items from the top: unlike the path, never the same for two values. */
type Parts = readonly (string | readonly [item: string])[];

/** Shown; secret; in a document of a Secret, where `SHOWN_IN_SECRETS` decides. */
type Visibility = "shown" | "secret" | "listed" | "listed or code";

/** Where a value stands. */
interface Place {
  parts: Parts;
  visibility: Visibility;
  /** What the API server says of the field; undefined inside documents and in kinds of which nothing is known. */
  field: FieldType | undefined;
  types: FieldTypes["types"] | undefined;
}

const flattened: Record<Origin, WeakMap<JsonObject, { fieldTypes: FieldTypes; leaves: Leaves }>> = {
  rendered: new WeakMap(),
  live: new WeakMap(),
};

/**
 * Opens an object into its values. Order of keys, comments, nulls and the order of items that have names are nothing.
 * @param object is not changed afterwards: each layer of a diff asks for the same ones again
 * @returns leaves; in a Secret every value under `data` is secret, but YAML and JSON inside is opened key by key
 */
export function flattenObject(object: JsonObject, fieldTypes: FieldTypes, origin: Origin): Leaves {
  const known = flattened[origin].get(object);
  if (known?.fieldTypes === fieldTypes) return known.leaves;
  const leaves = leavesOf(object, fieldTypes, origin);
  flattened[origin].set(object, { fieldTypes, leaves });
  return leaves;
}

function leavesOf(object: JsonObject, fieldTypes: FieldTypes, origin: Origin): Leaves {
  const leaves = new Map<string, Leaf>();
  const type = fieldTypes.kinds[kindKey(String(object.apiVersion), String(object.kind))];
  const types = type === undefined ? undefined : fieldTypes.types;
  for (const [key, value] of Object.entries(object)) {
    const place = (...more: string[]): Place => ({
      parts: [key, ...more],
      visibility: "shown",
      field: types?.[type ?? ""]?.[key],
      types,
    });
    if (value === null) continue;
    if (object.kind === "Secret" && (key === "data" || key === "stringData"))
      addSecretData(leaves, value, key === "data", origin);
    else if (object.kind === "ConfigMap" && key === "data" && isJsonObject(value)) addConfigData(leaves, value);
    else if (key === "metadata" && isJsonObject(value)) addMetadata(leaves, value, object.kind === "Secret", place());
    else addLeaves(leaves, value, place());
  }
  return leaves;
}

function addLeaves(leaves: Map<string, Leaf>, given: Json, place: Place): void {
  // Kubernetes takes null as "not there"; in a document it is for its own reader to say.
  const value = place.types && isJsonObject(given) ? withoutNulls(given) : given;
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    for (const [key, item] of Object.entries(value))
      addLeaves(leaves, item, {
        ...place,
        parts: [...place.parts, key],
        visibility: visibilityOf(place.visibility, value, key),
        field: fieldIn(place, key),
      });
  } else if (Array.isArray(value) && value.length > 0) {
    const keys = keysOf(value, place);
    for (const [index, item] of value.entries())
      addLeaves(leaves, item, {
        ...place,
        parts: [...place.parts, [keys?.[index] ?? String(index)]],
        field: place.field?.type === undefined ? undefined : { type: place.field.type },
      });
  } else {
    const path = describePath(place.parts);
    const isText = typeof value === "string";
    leaves.set(JSON.stringify(place.parts), {
      path,
      text: isText ? value : JSON.stringify(value),
      isText,
      isQuantity: place.types ? place.field?.type === QUANTITY_TYPE : QUANTITY_PATHS.test(path),
      secret: isSecret(place.visibility, path),
    });
  }
}

function isSecret(visibility: Visibility, path: string): boolean {
  if (visibility === "shown" || visibility === "secret") return visibility === "secret";
  return !SHOWN_IN_SECRETS.test(path) && !(visibility === "listed or code" && CODE_IN_SECRETS.test(path));
}

function withoutNulls(object: JsonObject): JsonObject {
  if (!Object.values(object).includes(null)) return object;
  return Object.fromEntries(Object.entries(object).filter(([, item]) => item !== null));
}

/** Of a map such as `limits`, every value has the type that the field names. */
function fieldIn({ field, types }: Place, key: string): FieldType | undefined {
  return field?.type === QUANTITY_TYPE ? field : types?.[field?.type ?? ""]?.[key];
}

function keysOf(items: readonly Json[], { visibility, field, types }: Place): string[] | undefined {
  // A list item's own values would name it in the path, where nothing is hidden.
  if (visibility !== "shown") return undefined;
  return types ? itemKeys(items, field) : guessItemKeys(items);
}

/** @param path dotted; of keys that end a path, such as `hub.config.GoogleOAuthenticator.client_secret` */
export function isNamedLikeASecret(path: string): boolean {
  return SECRET_NAMES.test(path);
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

function addMetadata(leaves: Map<string, Leaf>, metadata: JsonObject, isSecret: boolean, place: Place): void {
  const { annotations, ...rest } = metadata;
  for (const [key, value] of Object.entries(rest))
    if (value !== null) addLeaves(leaves, value, { ...place, parts: [...place.parts, key], field: fieldIn(place, key) });
  for (const [name, text] of isJsonObject(annotations) ? Object.entries(annotations) : []) {
    const isHidden = name === LAST_APPLIED || (isSecret && !HELM_ANNOTATION.test(name));
    const parts = [...place.parts, "annotations", name];
    addLeaves(leaves, text, { parts, visibility: isHidden ? "secret" : "shown", field: undefined, types: place.types });
  }
}

function addSecretData(leaves: Map<string, Leaf>, data: Json, isBase64: boolean, origin: Origin): void {
  if (!isJsonObject(data)) addLeaves(leaves, data, inside(["data"], "secret"));
  for (const [key, value] of isJsonObject(data) ? Object.entries(data) : []) {
    const text = typeof value === "string" && isBase64 ? Buffer.from(value, "base64").toString("utf8") : value;
    const opened = openDocument(key, text);
    if (opened) addDocument(leaves, opened, key, origin === "rendered" ? "listed or code" : "listed");
    else addLeaves(leaves, text, inside(["data", key], "secret"));
  }
}

function addConfigData(leaves: Map<string, Leaf>, data: JsonObject): void {
  for (const [key, value] of Object.entries(data)) {
    const opened = openDocument(key, value);
    if (opened) addDocument(leaves, opened, key, "shown");
    else addLeaves(leaves, value, inside(["data", key], "shown"));
  }
}

/** The sections of a document are mostly those of the same document on the other side, and in other releases. */
function addDocument(leaves: Map<string, Leaf>, document: JsonObject, name: string, visibility: Visibility): void {
  if (Object.keys(document).length === 0) addLeaves(leaves, document, inside([name], visibility));
  for (const [key, section] of Object.entries(document)) {
    const place = inside([name, key], visibilityOf(visibility, document, key));
    if (typeof section !== "object" || section === null) addLeaves(leaves, section, place);
    else for (const [leafKey, leaf] of leavesOfSection(section, place)) leaves.set(leafKey, leaf);
  }
}

const sections = new WeakMap<object, Map<string, Leaves>>();

function leavesOfSection(section: JsonObject | Json[], place: Place): Leaves {
  const byPlace = sections.get(section) ?? new Map<string, Leaves>();
  sections.set(section, byPlace);
  const at = JSON.stringify([place.visibility, place.parts]);
  const known = byPlace.get(at);
  if (known) return known;
  const found = new Map<string, Leaf>();
  addLeaves(found, section, place);
  byPlace.set(at, found);
  return found;
}

/** A place whose types no API server knows. */
function inside(parts: Parts, visibility: Visibility): Place {
  return { parts, visibility, field: undefined, types: undefined };
}
