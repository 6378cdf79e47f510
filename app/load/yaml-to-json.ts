import { isAlias, isMap, isPair, isScalar, isSeq, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { Finding } from "../domain/finding.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { resolvePlainScalar } from "../domain/yaml-scalars.ts";
import { describeLost } from "./describe-lost.ts";
import type { YamlPath } from "./read-yaml.ts";

/** Something Helm refuses or reads otherwise than its author meant. `{other}` in `what` stands for the line of `otherOffset`. */
export interface Fault extends Pick<Finding, "code" | "what" | "why" | "fix"> {
  offset: number;
  otherOffset?: number;
}

export interface ConvertedYaml {
  value: Json;
  /** Offset of every key and list item, by its path as JSON. */
  offsets: Map<string, number>;
  faults: Fault[];
  /** False when a limit ended the conversion. */
  isWhole: boolean;
}

const DEPTH_LIMIT = 64;
/** Counted after aliases are followed, so that a few lines cannot stand for a billion. */
export const NODES_LIMIT = 50_000;
const KNOWN_TAGS = new Set(["int", "float", "bool", "null", "map", "seq", "str"].map((name) => `tag:yaml.org,2002:${name}`));

class LimitReached extends Error {}

interface State extends Omit<ConvertedYaml, "value" | "isWhole"> {
  mayQuote: boolean;
  nodes: number;
  anchors: Map<string, unknown>;
  /** Where the last node with a place of its own stood: aliases and empty values have none. */
  lastOffset: number;
}

/**
 * Turns parsed YAML into what Helm would hold in memory, remembering where each key stands.
 * @param mayQuote whether faults may show what the file says
 */
export function convertNode(root: unknown, mayQuote: boolean): ConvertedYaml {
  const state: State = { mayQuote, offsets: new Map([["[]", 0]]), faults: [], nodes: 0, anchors: new Map(), lastOffset: 0 };
  try {
    const value = convert(state, root, []);
    return { value, offsets: state.offsets, faults: state.faults, isWhole: true };
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    return { value: null, offsets: state.offsets, faults: state.faults, isWhole: false };
  }
}

function convert(state: State, node: unknown, path: YamlPath): Json {
  state.lastOffset = offsetOf(node) ?? state.lastOffset;
  if (!state.offsets.has(JSON.stringify(path))) state.offsets.set(JSON.stringify(path), state.lastOffset);
  keepLimits(state, path);
  if (isAlias(node)) return convertAlias(state, node.source, path);
  const value = convertContent(state, node, path);
  // Only now, so that an alias inside its own anchor is unknown instead of endless.
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
  if (anchor !== undefined) noteAnchor(state, anchor, node);
  return value;
}

function noteAnchor(state: State, anchor: string, node: unknown): void {
  state.anchors.set(anchor, node);
  if (/^[\w-]+$/.test(anchor)) return;
  state.faults.push({
    code: "yaml-syntax",
    what: "An anchor (&name) has a name with other signs than letters, digits, dashes and underscores.",
    why: "Helm refuses such a name.",
    fix: "Give the anchor and its aliases a plain name.",
    offset: state.lastOffset,
  });
}

function convertContent(state: State, node: unknown, path: YamlPath): Json {
  if (isMap(node)) return convertMap(state, node, path);
  if (isSeq(node)) return convertList(state, node, path);
  return isScalar(node) ? convertScalar(state, node) : null;
}

function keepLimits(state: State, path: YamlPath): void {
  state.nodes += 1;
  if (state.nodes <= NODES_LIMIT && path.length <= DEPTH_LIMIT) return;
  state.faults.push({
    code: "yaml-too-large",
    what:
      path.length > DEPTH_LIMIT
        ? `The file is nested deeper than ${DEPTH_LIMIT} levels.`
        : `The file stands for more than ${NODES_LIMIT} values once its aliases are followed.`,
    why: "Campanile stops there, so that one file cannot hold up everybody's checks.",
    fix: "Remove the nesting or the aliases (*name) that repeat each other.",
    offset: state.lastOffset,
  });
  throw new LimitReached();
}

function convertAlias(state: State, name: string, path: YamlPath): Json {
  const target = state.anchors.get(name);
  if (target !== undefined) return convertContent(state, target, path);
  state.faults.push({
    code: "yaml-syntax",
    what: "An alias (*name) stands for nothing.",
    why: "No anchor (&name) of that name is finished above this line.",
    fix: "Define the anchor above, or put the value in quotes if the asterisk is meant as text.",
    offset: state.lastOffset,
  });
  return null;
}

function convertList(state: State, list: YAMLSeq, path: YamlPath): Json[] {
  return list.items.map((item, index) => convert(state, item, [...path, index]));
}

function convertMap(state: State, map: YAMLMap, path: YamlPath): JsonObject {
  const content = new Map<string, Json>();
  const written = new Map<string, number>();
  for (const pair of map.items) {
    if (!isPair(pair)) continue;
    state.lastOffset = offsetOf(pair.key) ?? state.lastOffset;
    if (isMergeKey(pair)) {
      for (const [key, value] of mergedEntries(state, pair, path)) content.set(key, value);
      continue;
    }
    const key = keyOf(state, pair);
    if (key === undefined) continue;
    const { lastOffset } = state;
    state.offsets.set(JSON.stringify([...path, key]), lastOffset);
    const value = convert(state, pair.value, [...path, key]);
    const first = written.get(key);
    if (first !== undefined) noteDuplicate(state, { key, first, lost: content.get(key) ?? null, value, offset: lastOffset });
    else written.set(key, lastOffset);
    content.set(key, value);
  }
  return Object.fromEntries(content);
}

interface Duplicate {
  key: string;
  /** Offset of the first of them. */
  first: number;
  lost: Json;
  value: Json;
  offset: number;
}

function noteDuplicate(state: State, { key, first, lost, value, offset }: Duplicate): void {
  state.faults.push({
    code: "duplicate-key",
    what: `The key "${key}" is already set on line {other}.${describeLost(key, lost, value, state.mayQuote)}`,
    why: "Helm keeps the last one and silently drops the other with all that is in it.",
    fix: "Merge the two, or remove one.",
    offset,
    otherOffset: first,
  });
}

/** go-yaml turns numbers and booleans into keys as JSON would print them, and refuses everything else that is no text. */
function keyOf(state: State, { key }: Pair): string | undefined {
  const value = isScalar(key) ? convertScalar(state, key) : null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  state.faults.push({
    code: "yaml-syntax",
    what: "A key here is empty, or is a list or a map.",
    why: "Helm refuses keys that are not text.",
    fix: "Write the key as a plain word. For a template like {{ name }}, put it in quotes.",
    offset: state.lastOffset,
  });
  return undefined;
}

function convertScalar(state: State, scalar: Scalar): Json {
  const text = typeof scalar.value === "string" ? scalar.value : "";
  const tag = scalar.tag;
  if (tag?.startsWith("tag:yaml.org") && !KNOWN_TAGS.has(tag)) noteTag(state);
  const isText =
    tag === undefined ? scalar.type !== undefined && scalar.type !== "PLAIN" : tag.startsWith("!") || tag.endsWith(":str");
  if (isText) return text;
  const resolved = resolvePlainScalar(text);
  if (resolved.kind === "value") return resolved.value;
  state.faults.push({
    code: "yaml-syntax",
    what: "A number here is infinite or not a number.",
    why: "Helm turns values into JSON, which has no such numbers.",
    fix: "Put it in quotes, or write a number.",
    offset: state.lastOffset,
  });
  return null;
}

function noteTag(state: State): void {
  state.faults.push({
    code: "yaml-tag",
    what: "A value here has a type tag (!!...) that Campanile does not read.",
    why: "Only !!str, !!int, !!float, !!bool and !!null mean the same everywhere.",
    fix: "Remove the tag and write the value in quotes.",
    offset: state.lastOffset,
  });
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

/** As go-yaml does it: the merge takes effect where it stands, and of several maps the first wins. */
function mergedEntries(state: State, pair: Pair, path: YamlPath): [string, Json][] {
  const value = convert(state, pair.value, path);
  const maps = Array.isArray(value) ? value.toReversed() : [value];
  if (maps.every(isJsonObject)) return maps.flatMap((map) => Object.entries(map));
  state.faults.push({
    code: "yaml-syntax",
    what: "The merge key << is given something that is not a map.",
    why: "Helm can merge only maps.",
    fix: "Give it an alias of a map.",
    offset: state.lastOffset,
  });
  return [];
}

function offsetOf(node: unknown): number | undefined {
  if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return undefined;
  return node.range?.[0];
}
