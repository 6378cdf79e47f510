import { Document, isPair, isScalar, isSeq, visit } from "yaml";
import type { ValuePath } from "../../domain/value-at.ts";
import type { MergedRelease } from "./read-release.ts";

/** Merged values as YAML, what is secret not shown. */
export function formatValues(
  release: MergedRelease,
  { showOrigin, redact }: { showOrigin: boolean; redact: (text: string) => string },
): string {
  const document = new Document(release.values, { aliasDuplicateObjects: false, version: "1.1" });
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === "key") return;
      const path = pathOf(ancestors, key);
      if (release.isSecret(path)) Object.assign(node, { value: "<secret>", type: "PLAIN" });
      else if (typeof node.value === "string") node.value = redact(node.value);
      const origin = showOrigin ? release.originOf(path) : undefined;
      if (origin !== undefined) node.comment = ` ${origin}`;
    },
  });
  // Last, because it is by their keys that values are found.
  visit(document, {
    Scalar(key, node) {
      if (key === "key" && typeof node.value === "string") node.value = redact(node.value);
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** Keys from the pairs, and positions from the lists, on the way to a node. */
function pathOf(ancestors: readonly unknown[], key: unknown): ValuePath {
  const path: (string | number)[] = [];
  for (const [index, ancestor] of ancestors.entries()) {
    if (isPair(ancestor)) path.push(isScalar(ancestor.key) ? String(ancestor.key.value) : "");
    const next = ancestors[index + 1];
    if (isSeq(ancestor)) path.push(next === undefined ? Number(key) : ancestor.items.indexOf(next));
  }
  return path;
}
