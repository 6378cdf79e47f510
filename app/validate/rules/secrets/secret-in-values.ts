import type { JsonObject } from "../../../domain/json.ts";
import { type ClearSecret, findSecrets } from "../../find-secrets.ts";
import type { FleetView } from "../../fleet-view.ts";
import type { Rule } from "../../rule.ts";

export const secretInValues: Rule = {
  code: "secret-in-values",
  family: "secrets",
  severity: "block",
  title: "Secrets are in sops files only",
  why: "Everybody who can read the repository can use a secret that stands in it. On a public one that is everybody.",
  fix: "Make a new secret where this one was issued, and put the new one into the hub's sops file: sops edit hubs/<hub>/secrets/<env>.yaml",
  runbook: "leaked-secret",
  example: {
    fails: { common: `jupyterhub: { hub: { cookieSecret: ${"0f1e2d3c4b5a6978".repeat(4)} } }` },
    passes: { common: "jupyterhub: { hub: { existingSecret: hub-secrets } }" },
  },
  check({ head }) {
    return [...plainFiles(head)].flatMap(([file, { values, releases }]) => {
      const text = head.context.texts?.get(file);
      if (text === undefined) return [];
      return secretsOf(values, text).flatMap(({ line, kind, isSure }) =>
        releases.map((release) => ({
          at: { file, line: line + 1 },
          what: `Here stands what looks like ${kind}, in clear.`,
          severity: isSure || /secret/.test(kind) ? ("block" as const) : ("warn" as const),
          release,
        })),
      );
    });
  },
};

/** Each plain file of values, and the releases that read it. */
function plainFiles({ releases }: FleetView): Map<string, { values: JsonObject; releases: string[] }> {
  const files = new Map<string, { values: JsonObject; releases: string[] }>();
  for (const { id, config } of releases) {
    for (const layer of config.valueLayers) {
      if (layer.kind !== "plain") continue;
      const file = files.get(layer.file) ?? { values: layer.values, releases: [] };
      file.releases.push(id);
      files.set(layer.file, file);
    }
  }
  return files;
}

const searched = new WeakMap<JsonObject, { text: string; found: ClearSecret[] }>();

/** The loader gives the same values for a file that did not change: then it need not be searched again. */
function secretsOf(values: JsonObject, text: string): ClearSecret[] {
  const known = searched.get(values);
  if (known?.text === text) return known.found;
  const found = findSecrets(text);
  searched.set(values, { text, found });
  return found;
}
