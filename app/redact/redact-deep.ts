const MAX_DEPTH = 100;

/**
 * Copies a value as JSON would show it, each string in it redacted, keys included.
 * @returns plain objects and arrays; an Error stays an Error of its class, with message, stack, cause and own fields redacted;
 *   a number that is a known secret becomes text; bytes are never shown, and a circle ends at `[circular]`
 */
export function redactDeep(value: unknown, redact: (text: string) => string): unknown {
  return copyOf(value, { redact, within: new Set() });
}

interface Copying {
  redact: (text: string) => string;
  /** the objects around the one being copied */
  within: Set<object>;
}

function copyOf(value: unknown, copying: Copying): unknown {
  if (typeof value === "string") return copying.redact(value);
  if (typeof value === "number" || typeof value === "bigint") return copyOfNumber(value, copying);
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (copying.within.has(value)) return "[circular]";
  if (copying.within.size >= MAX_DEPTH) return `[hidden: nested deeper than ${MAX_DEPTH} levels]`;
  copying.within.add(value);
  try {
    return copyOfObject(value, copying);
  } finally {
    copying.within.delete(value);
  }
}

function copyOfNumber(value: number | bigint, { redact }: Copying): unknown {
  const text = String(value);
  const redacted = redact(text);
  return redacted === text ? value : redacted;
}

function copyOfObject(value: object, copying: Copying): unknown {
  if (Error.isError(value)) return copyOfError(value, copying);
  if (Array.isArray(value)) return value.map((item) => copyOf(item, copying));
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return "[hidden: bytes]";
  // Left on the copy it would give the unredacted value to whoever writes it as JSON.
  if ("toJSON" in value && typeof value.toJSON === "function") return copyOf(value.toJSON(), copying);
  if (value instanceof Set) return Array.from(value, (item) => copyOf(item, copying));
  if (value instanceof Map) return copyOfEntries(value, copying);
  return copyOfEntries(Object.entries(value), copying);
}

function copyOfEntries(entries: Iterable<[unknown, unknown]>, copying: Copying): Record<string, unknown> {
  const copy = new Map<string, unknown>();
  for (const [key, item] of entries) copy.set(freeKey(copying.redact(String(key)), copy), copyOf(item, copying));
  return Object.fromEntries(copy);
}

// Two secret keys of the same place read alike once hidden, and neither entry may get lost.
function freeKey(key: string, taken: Map<string, unknown>): string {
  if (!taken.has(key)) return key;
  let number = 2;
  while (taken.has(`${key} (${number})`)) number += 1;
  return `${key} (${number})`;
}

// Made by Error, so that loggers know it as one; then given the class, so that `instanceof` still tells the kinds apart.
function copyOfError(error: Error, copying: Copying): Error {
  const copy = new Error(copying.redact(error.message));
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error));
  // V8 keeps the stack apart from other fields; an error without one must not get the stack of this function.
  const keys = new Set(["stack", ...Object.getOwnPropertyNames(error)]);
  for (const key of keys) {
    const enumerable = Object.getOwnPropertyDescriptor(error, key)?.enumerable ?? false;
    const value = copyOf(Reflect.get(error, key), copying);
    Object.defineProperty(copy, copying.redact(key), { value, enumerable, writable: true, configurable: true });
  }
  return copy;
}
