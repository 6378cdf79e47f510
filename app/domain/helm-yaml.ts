import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions } from "yaml";
import { resolvePlainScalar } from "./yaml-scalars.ts";

/** A word or number without quotes, as Helm reads it; infinite numbers, which JSON has not, stay texts. */
const plainScalar: ScalarTag = {
  tag: "tag:yaml.org,2002:plain",
  default: true,
  test: /^[\s\S]*$/,
  resolve(text) {
    const resolved = resolvePlainScalar(text);
    return resolved.kind === "value" ? resolved.value : text;
  },
};

/** Reads YAML as Helm, and the API server behind it, do: their own mixture of versions, the later of two equal keys, merge keys. */
export const HELM_YAML: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: "failsafe",
  customTags: [plainScalar],
  merge: true,
  uniqueKeys: false,
  prettyErrors: false,
};

/** Between two documents: Helm cuts what templates print in the same way. */
export const DOCUMENT_SEPARATOR = /^---(?:[ \t].*)?$/m;
