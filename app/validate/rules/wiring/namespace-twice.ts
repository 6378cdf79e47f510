import type { Rule } from "../../rule.ts";

export const namespaceTwice: Rule = {
  code: "namespace-twice",
  family: "wiring",
  severity: "block",
  title: "Each release has a namespace of its own",
  why: "Every hub's objects have the same names: hub, proxy, hub-db-dir. In one namespace Helm refuses the second hub, or takes over what the first one runs on.",
  fix: "Leave the namespace out of hub.yaml: then it is the hub's name and the environment's.",
  example: {
    fails: {
      files: {
        "hubs/data8/hub.yaml": `title: Data 8
owners: [ada]
environments:
  staging: { url: "https://data8-staging.courses.example", namespace: data8 }
  prod: { url: "https://data8.courses.example", namespace: data8 }
`,
      },
    },
    passes: {
      files: {
        "hubs/data8/hub.yaml": `title: Data 8
owners: [ada]
environments:
  staging: { url: "https://data8-staging.courses.example" }
  prod: { url: "https://data8.courses.example", namespace: data8 }
`,
      },
    },
  },
  check({ head }) {
    const owners = Map.groupBy(head.releases, ({ config }) => `${config.cluster} ${config.namespace}`);
    return [...owners.values()].flatMap((releases) => {
      if (releases.length < 2) return [];
      return releases.map(({ id, config }) => ({
        at: { file: config.pinsFile, line: 1 },
        what: `The namespace ${config.namespace} on ${config.cluster} belongs to ${releases.map((each) => each.id).join(" and ")}.`,
        release: id,
      }));
    });
  },
};
