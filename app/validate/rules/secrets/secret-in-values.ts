import { findSecrets } from "../../find-secrets.ts";
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
    const files = new Set(
      head.releases.flatMap(({ config }) => config.valueLayers.flatMap((layer) => (layer.kind === "plain" ? [layer.file] : []))),
    );
    return [...files].flatMap((file) => {
      const text = head.context.texts?.get(file);
      if (text === undefined) return [];
      const releases = head.releases.filter(({ config }) => config.valueLayers.some((layer) => layer.file === file));
      return findSecrets(text).flatMap(({ line, kind, isSure }) =>
        releases.map(({ id }) => ({
          at: { file, line: line + 1 },
          what: `Here stands what looks like ${kind}, in clear.`,
          severity: isSure || /secret/.test(kind) ? ("block" as const) : ("warn" as const),
          release: id,
        })),
      );
    });
  },
};
