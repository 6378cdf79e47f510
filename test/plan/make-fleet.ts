import type { Environment, Fleet, Hub, HubEnvironment, ImagePin, ValueLayer } from "../../app/domain/hub.ts";

const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;

const ENVIRONMENTS: Environment[] = [
  { name: "staging", promotion: { kind: "auto" } },
  { name: "prod", promotion: { kind: "auto" } },
];

/** Three hubs on one cluster; every hub reads the fleet's common values first. */
export function makeFleet(change: Partial<Fleet> = {}): Fleet {
  return {
    sha: "a".repeat(40),
    title: "Berkeley course hubs",
    mode: "deploy",
    clusters: [{ name: "courses", context: "courses", kubernetesVersion: "1.36.3" }],
    environments: ENVIRONMENTS,
    hubs: ["data100", "data8", "prob140"].map(makeHub),
    clusterReleases: [],
    ...change,
  };
}

function makeHub(name: string): Hub {
  return {
    name,
    title: name.toUpperCase(),
    owners: [],
    environments: ["staging", "prod"].map((each) => makeEnvironment(name, each)),
  };
}

function makeEnvironment(hub: string, environment: string): HubEnvironment {
  const valueLayers: ValueLayer[] = [
    { kind: "plain", file: "values/common.yaml", values: { jupyterhub: { cull: { timeout: 3600 } } } },
    { kind: "plain", file: `hubs/${hub}/values/common.yaml`, values: { course: { title: hub } } },
    {
      kind: "encrypted",
      file: `hubs/${hub}/secrets/${environment}.yaml`,
      digest: digestOf("5"),
      shape: { jupyterhub: { proxy: { secretToken: "placeholder" } } },
      otherShape: { jupyterhub: { proxy: { secretToken: "other placeholder" } } },
      ciphertext: "sops",
    },
  ];
  return {
    environment,
    cluster: "courses",
    namespace: `${hub}-${environment}`,
    url: `https://${hub}-${environment}.courses.example`,
    pins: {
      hub: { chart: "hub", repository: "https://charts.campanile.example/", version: "1.0.0", digest: digestOf("c") },
      image: { name: `registry.campanile.example/user-${hub}`, tag: "2026.11.1", digest: digestOf("1") },
    },
    pinsFile: `hubs/${hub}/pins/${environment}.yaml`,
    valueLayers,
    imageValuePath: "jupyterhub.singleuser.image",
  };
}

/** The same fleet with some environments of its hubs changed, as a commit would. */
export function changeFleet(
  fleet: Fleet,
  isMeant: (hub: Hub, environment: HubEnvironment) => boolean,
  change: (environment: HubEnvironment) => Partial<HubEnvironment>,
): Fleet {
  return {
    ...fleet,
    sha: "b".repeat(40),
    hubs: fleet.hubs.map((hub) => ({
      ...hub,
      environments: hub.environments.map((each) => (isMeant(hub, each) ? { ...each, ...change(each) } : each)),
    })),
  };
}

export const newImage = changeImage({ tag: "2026.11.2", digest: digestOf("2") });

/** Another image for a hub that pins one. */
export function changeImage(change: Partial<ImagePin>): (environment: HubEnvironment) => Partial<HubEnvironment> {
  return ({ pins }) => {
    if (!pins.image) throw new Error("a hub of this fleet pins no image");
    return { pins: { ...pins, image: { ...pins.image, ...change } } };
  };
}
