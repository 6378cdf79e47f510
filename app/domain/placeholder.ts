import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** Two sets of placeholders for the same secrets: what differs between two renders with them is reached by a secret or by chance. */
export type PlaceholderSet = "first" | "second";

/** A secret text may end up anywhere in what a chart renders; by this word it is found there again, and a chart's schema may let it pass. */
const PREFIXES: Readonly<Record<PlaceholderSet, string>> = {
  first: "campanile-placeholder:",
  second: "campanile-placeholder:other:",
};

/** @param name what the secret is for: `jupyterhub.proxy.secretToken` */
export function placeholderText(set: PlaceholderSet, name: string): string {
  return PREFIXES[set] + name;
}

export function isPlaceholder(value: Json): boolean {
  return typeof value === "string" && value.startsWith(PREFIXES.first);
}

/** The text as it would be with the second set: equal to what was rendered with it when only placeholders made the difference. */
export function withSecondPlaceholders(text: string): string {
  return text.replaceAll(PREFIXES.first, PREFIXES.second);
}

/** Every text of the first set replaced by its partner of the second. */
export function toSecondPlaceholders(value: Json): Json {
  if (typeof value === "string") return withSecondPlaceholders(value);
  if (Array.isArray(value)) return value.map(toSecondPlaceholders);
  return isJsonObject(value) ? toSecondObject(value) : value;
}

function toSecondObject(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toSecondPlaceholders(item)]));
}
