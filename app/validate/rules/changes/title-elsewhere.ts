import stringify from "safe-stable-stringify";
import type { FleetView, ReleaseView } from "../../fleet-view.ts";
import type { Rule } from "../../rule.ts";

const TWO_HUBS = {
  "hubs/data100/hub.yaml":
    'title: Data 100\nowners: [ada]\nenvironments: { staging: { url: "https://data100-staging.courses.example" } }\n',
  "hubs/data100/pins/staging.yaml": `hub: { chart: hub, version: 1.0.0, digest: "sha256:${"a".repeat(64)}" }
image: { name: registry.example/user, tag: "1", digest: "sha256:${"a".repeat(64)}" }
`,
};

export const titleElsewhere: Rule = {
  code: "title-elsewhere",
  family: "changes",
  severity: "warn",
  title: "A pull request changes the hubs that its title speaks of",
  why: "Reviewers look at what the title says. A merge called “new hub” carried the images of eleven other hubs to prod at two in the morning, and six of them were broken when the first class came.",
  fix: "Name the other hubs in the title, or move their changes into a pull request of their own.",
  example: {
    base: { files: TWO_HUBS },
    fails: {
      title: "Data 8: more memory for the project",
      files: { ...TWO_HUBS, "hubs/data100/values/common.yaml": "jupyterhub: { singleuser: { memory: { limit: 2G } } }" },
    },
    passes: {
      title: "Data 100: more memory for the project",
      files: { ...TWO_HUBS, "hubs/data100/values/common.yaml": "jupyterhub: { singleuser: { memory: { limit: 2G } } }" },
    },
  },
  check({ base, head, title }) {
    if (!base || title === undefined || /\b(all|every|fleet|hubs)\b/i.test(title)) return [];
    const named = head.fleet.hubs.filter((hub) => isNamed(title, hub.name) || isNamed(title, hub.title)).map(({ name }) => name);
    if (named.length === 0) return [];
    const others = head.releases.filter((release) => !named.includes(release.hub) && isTouched(base, release));
    return others.map((release) => ({
      at: changedPlace(base, release),
      what: `The title speaks of ${named.join(" and ")}, but ${release.hub} changes too.`,
      release: release.id,
    }));
  },
};

function isNamed(title: string, name: string): boolean {
  const words = (text: string) =>
    ` ${text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, " ")
      .trim()} `;
  return name.trim() !== "" && words(title).includes(words(name));
}

function isTouched(base: FleetView, after: ReleaseView): boolean {
  const before = base.find(after.id);
  if (!before) return true;
  if (before === after || before.config === after.config) return false;
  return stringify(inputsOf(before)) !== stringify(inputsOf(after));
}

function inputsOf({ config, whole }: ReleaseView) {
  const ciphers = config.valueLayers.flatMap((layer) => (layer.kind === "encrypted" ? [layer.digest] : []));
  return { pins: config.pins, values: whole.values, ciphers, namespace: config.namespace, cluster: config.cluster };
}

/** The first of the release's own files that says something else than before. */
function changedPlace(base: FleetView, { id, config }: ReleaseView) {
  const before = base.find(id)?.config;
  const layer = config.valueLayers.find((each) => {
    const old = before?.valueLayers.find(({ file }) => file === each.file);
    return stringify(old) !== stringify(each);
  });
  const isPin = stringify(before?.pins) !== stringify(config.pins);
  return { file: isPin || !layer ? config.pinsFile : layer.file, line: 1 };
}
