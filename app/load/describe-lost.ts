import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";

/** More names than this help nobody. */
const NAMED = 4;
const LOOKS_SECRET = /secret|token|passw|key|cookie|salt|credential/i;

/**
 * What is lost when a key is set twice, in words. Values are shown only where they are short and no secret by their name.
 * @param mayQuote false for files whose values nobody may see
 */
export function describeLost(key: string, first: Json, last: Json, mayQuote: boolean): string {
  if (isJsonObject(first)) {
    const lost = isJsonObject(last) ? lostPaths(first, last) : Object.keys(first);
    if (lost.length === 0) return " What it held is the same, or is set again.";
    const named = lost.slice(0, NAMED).join(", ");
    return ` Lost with it: ${named}${lost.length > NAMED ? ` and ${lost.length - NAMED} more` : ""}.`;
  }
  const shown = mayQuote && !LOOKS_SECRET.test(key) ? shortText(first) : undefined;
  return shown === undefined ? "" : ` Lost with it: ${shown}.`;
}

function lostPaths(first: JsonObject, last: JsonObject, prefix = ""): string[] {
  return Object.entries(first).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    if (!Object.hasOwn(last, key)) return [name];
    const later = last[key];
    return isJsonObject(value) && isJsonObject(later) ? lostPaths(value, later, `${name}.`) : [];
  });
}

function shortText(value: Json): string | undefined {
  if (value === null) return "nothing, it was empty";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : undefined;
}
