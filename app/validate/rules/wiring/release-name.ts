import type { Rule } from "../../rule.ts";

/** Helm's own limit: Kubernetes' 63 less room for what charts add. */
const LIMIT = 53;
const LONG = { environment: "staging-of-the-whole-autumn", hub: "foundations-of-data-science-8" };
const HUB_FILE = (environment: string) =>
  `title: Data 8\nowners: [ada]\nenvironments: { ${environment}: { url: "https://data8.courses.example" } }\n`;
const PINS = `hub: { chart: hub, version: 1.0.0, digest: "sha256:${"a".repeat(64)}" }
image: { name: registry.example/user, tag: "1", digest: "sha256:${"a".repeat(64)}" }
`;
const FLEET = `title: Courses
clusters: { courses: { context: courses, kubernetesVersion: 1.36.3 } }
environments: [{ name: staging }, { name: prod }, { name: ${LONG.environment} }]
charts: { hub: "https://charts.example/" }
`;

export const releaseName: Rule = {
  code: "release-name",
  family: "wiring",
  severity: "block",
  title: "Names of hub and environment make a release name that Helm takes",
  why: "Helm refuses names of more than 53 characters, and not before the rollout: everything looks well until the merge.",
  fix: "Shorten the hub's name or the environment's, before the hub has students: later a new name means new homes.",
  example: {
    fails: {
      files: {
        "campanile.yaml": FLEET,
        [`hubs/${LONG.hub}/hub.yaml`]: HUB_FILE(LONG.environment),
        [`hubs/${LONG.hub}/pins/${LONG.environment}.yaml`]: PINS,
      },
    },
    passes: {
      files: {
        "campanile.yaml": FLEET,
        [`hubs/${LONG.hub}/hub.yaml`]: HUB_FILE("prod"),
        [`hubs/${LONG.hub}/pins/prod.yaml`]: PINS,
      },
    },
  },
  check: ({ head }) =>
    head.releases
      .filter(({ id }) => id.length > LIMIT)
      .map(({ id, config }) => ({
        at: { file: config.pinsFile, line: 1 },
        what: `The release ${id} has a name of ${id.length} characters; Helm takes ${LIMIT}.`,
        release: id,
      })),
};
