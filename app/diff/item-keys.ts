import type { FieldType } from "../domain/field-types.ts";
import { isJsonObject, type Json } from "../domain/json.ts";

/** Keys by which the items of a list are told apart where nobody says how, most telling first. */
const TELLING_KEYS = ["name", "containerPort", "mountPath", "key", "ip", "topologyKey", "type", "port"];

/**
 * Names for the items of a list, so that an item is compared with itself wherever it stands.
 * @returns undefined where the place in the list is all that tells them apart
 */
export function itemKeys(items: readonly Json[], field: FieldType | undefined): string[] | undefined {
  const { mergeKeys } = field ?? {};
  if (field?.isSet) return unique(items.map((item) => (isJsonObject(item) || Array.isArray(item) ? undefined : String(item))));
  if (!mergeKeys) return undefined;
  return unique(
    items.map((item) => {
      if (!isJsonObject(item)) return undefined;
      const names = mergeKeys.map(({ name, default: standard }) => scalar(item[name]) ?? standard);
      // `80/TCP`, but just `80` where nobody speaks of a protocol.
      const isStandard = mergeKeys.slice(1).every((key, index) => names[index + 1] === key.default);
      return names.includes(undefined) ? undefined : (isStandard ? names.slice(0, 1) : names).join("/");
    }),
  );
}

/** The same for lists in documents and of kinds that no API server has described. */
export function guessItemKeys(items: readonly Json[]): string[] | undefined {
  for (const key of TELLING_KEYS) {
    const names = unique(items.map((item) => (isJsonObject(item) ? scalar(item[key]) : undefined)));
    if (names) return names;
  }
  return undefined;
}

function scalar(value: Json | undefined): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function unique(names: readonly (string | undefined)[]): string[] | undefined {
  const known = names.filter((name) => name !== undefined);
  return known.length === names.length && new Set(known).size === known.length ? known : undefined;
}
