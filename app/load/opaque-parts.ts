import type { Finding } from "../domain/finding.ts";
import type { YamlFile, YamlPath } from "./read-yaml.ts";

/** More paths than this help nobody. */
const NAMED_PATHS = 4;

/** @param why what kind of thing is encrypted there as a whole */
export function opaqueParts(yaml: YamlFile, paths: readonly YamlPath[], why: string): Finding[] {
  const [first] = paths;
  if (!first) return [];
  const named = paths.slice(0, NAMED_PATHS).map((path) => `"${path.join(".")}"`);
  const places = first.length === 0 ? "all of it" : named.join(", ");
  const more = paths.length > NAMED_PATHS ? ` and ${paths.length - NAMED_PATHS} more` : "";
  return [
    {
      code: "opaque-secret",
      severity: "info",
      what: `What is encrypted in ${yaml.file} as a whole was not judged: ${places}${more}.`,
      why: `${why}, and it can be anything once it is decrypted. Checks and renders go on around it.`,
      fix: "Nothing needs to be done. What is no secret can be judged when it stands in a values file.",
      at: yaml.placeOf(first),
    },
  ];
}
