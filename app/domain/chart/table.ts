import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** A map of values while it is merged: in place, as Helm does it. Lists are replaced whole, so nobody looks into them. */
export type Table = Map<string, TableValue>;
export type TableValue = Exclude<Json, JsonObject> | Table;

export function isTable(value: TableValue | undefined): value is Table {
  return value instanceof Map;
}

export function toTable(object: JsonObject): Table {
  return new Map(Object.entries(object).map(([key, value]) => [key, isJsonObject(value) ? toTable(value) : value]));
}

export function fromTable(table: Table): JsonObject {
  // Not by assignment: a key may be `__proto__`.
  return Object.fromEntries([...table].map(([key, value]) => [key, isTable(value) ? fromTable(value) : value]));
}

export function copyTable(table: Table): Table {
  return new Map([...table].map(([key, value]) => [key, isTable(value) ? copyTable(value) : value]));
}

/** Takes nulls out, at every depth. */
export function dropNulls(table: Table): void {
  for (const [key, value] of table) {
    if (value === null) table.delete(key);
    else if (isTable(value)) dropNulls(value);
  }
}

/** @param path keys joined by dots */
export function tableAt(table: Table, path: string): Table | undefined {
  return path.split(".").reduce<Table | undefined>((inner, key) => {
    const value = inner?.get(key);
    return isTable(value) ? value : undefined;
  }, table);
}

/** What is at a dotted path, unless it is a table. */
export function leafAt(table: Table, path: string): Exclude<TableValue, Table> | undefined {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const around = keys.length === 0 ? table : tableAt(table, keys.join("."));
  const value = around?.get(last);
  return isTable(value) ? undefined : value;
}
