import { isDeepStrictEqual } from "node:util";
import { execa } from "execa";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { createApiClient } from "../../../app/adapters/kubernetes/api-client.ts";
import { isAsApplied } from "../../../app/adapters/kubernetes/as-applied.ts";
import { loadKubeConfig } from "../../../app/adapters/kubernetes/load-kube-config.ts";
import { createPace } from "../../../app/adapters/kubernetes/pace.ts";
import { asHelmApplies } from "../../../app/diff/as-helm-applies.ts";
import { withoutBookkeeping } from "../../../app/diff/without-bookkeeping.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../app/domain/json.ts";
import { openNamespace } from "../../world/open-namespace.ts";
import { installRelease, realValues, sampleRelease, tempFolder, writeChart, writeHubChart } from "../../world/sample-release.ts";

const RESOURCES: Record<string, string> = {
  NetworkPolicy: "networkpolicies",
  Ingress: "ingresses",
  PodDisruptionBudget: "poddisruptionbudgets",
  PriorityClass: "priorityclasses",
};

/** What two ports of one number, items in sets, amounts and what is not so look like once an API server has them. */
const HARD = `apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: "{{ .Release.Name }}"}
value: 0
globalDefault: false
---
apiVersion: v1
kind: Service
metadata: {name: hard, finalizers: [campanile.dev/a, campanile.dev/b]}
spec:
  ports:
    - {name: dns-tcp, port: 53}
    - {name: dns, port: 53, protocol: UDP}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: hard}
spec:
  replicas: 0
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      tolerations: [{key: x, operator: Exists}]
      containers:
        - {name: one, image: a, command: [b, c], env: [{name: A, value: "1"}, {name: B, value: "2"}], resources: {limits: {cpu: 1000m}}}
        - {name: two, image: a, ports: [{containerPort: 80}], resources: {limits: {memory: 1Gi}}}
`;

/** Everything that Helm has applied of a hub, as it was applied and as it is there. */
async function appliedByHelm() {
  const namespace = await openNamespace();
  const release = await sampleRelease(namespace.name);
  const folder = await tempFolder();
  await installRelease(namespace, release, await writeHubChart(folder), realValues(release));
  const hard = { id: `${release.id}-hard`, namespace: release.namespace };
  await installRelease(namespace, hard, await writeChart(folder, "hard", { "hard.yaml": HARD }), {});
  const { world, context } = namespace;
  const api = createApiClient(loadKubeConfig(world.kubeconfig, context), createPace());
  const objects: { object: JsonObject; path: string; live: JsonObject }[] = [];
  for (const each of [release, hard]) {
    const args = ["--kubeconfig", world.kubeconfig, "--namespace", namespace.name];
    const { stdout } = await execa(world.tools.helm ?? "helm", ["get", "manifest", each.id, ...args]);
    for (const document of parseAllDocuments(stdout)) {
      const rendered = document.toJS() as JsonObject | null;
      if (!rendered || !isJsonObject(rendered.metadata)) continue;
      const { apiVersion, kind, metadata } = rendered;
      const id = { apiVersion: String(apiVersion), kind: String(kind), name: String(metadata.name), namespace: namespace.name };
      const { object } = asHelmApplies({ id, object: rendered }, each);
      const resource = RESOURCES[id.kind] ?? `${id.kind.toLowerCase()}s`;
      const root = id.apiVersion.includes("/") ? "apis" : "api";
      const within = id.kind === "PriorityClass" ? "" : `/namespaces/${namespace.name}`;
      const path = `/${root}/${id.apiVersion}${within}/${resource}/${id.name}`;
      const live = await api.call({ method: "GET", path });
      expect([path, live.status]).toEqual([path, 200]);
      if (isJsonObject(live.body)) objects.push({ object, path, live: live.body });
    }
  }
  const tryIt = async (object: JsonObject, path: string) => {
    const query = { dryRun: "All", fieldManager: "helm", force: "true" };
    const body = { type: "application/apply-patch+yaml", text: JSON.stringify(object) };
    const answer = await api.call({ method: "PATCH", path, query, body });
    return answer.status === 200 && isJsonObject(answer.body) ? withoutBookkeeping(answer.body) : undefined;
  };
  return { objects, tryIt };
}

test("what is said to be there already is what the API server would make of it; whatever it would change is not", async () => {
  const { objects, tryIt } = await appliedByHelm();
  expect(objects.length).toBeGreaterThan(15);
  const settled = objects.filter(({ object, live }) => isAsApplied(object, live, "helm"));
  for (const { object, path, live } of settled) expect(await tryIt(object, path)).toEqual(withoutBookkeeping(live));
  expect(objects.filter((each) => !settled.includes(each)).map(({ path }) => path.split("/").slice(-2).join("/"))).toEqual([]);

  let changes = 0;
  const index = fc.nat(objects.length - 1);
  const property = fc.asyncProperty(index, fc.nat(), fc.constantFrom(...MUTATIONS), async (which, seed, mutate) => {
    const { object, path, live } = objects[which] ?? { object: {}, path: "", live: {} };
    const changed = structuredClone(object);
    mutate(changed, seed);
    if (isDeepStrictEqual(changed, object)) return;
    const predicted = await tryIt(changed, path);
    if (predicted && isDeepStrictEqual(predicted, withoutBookkeeping(live))) return;
    changes++;
    expect(isAsApplied(changed, live, "helm")).toBe(false);
  });
  await fc.assert(property, { numRuns: 250 });
  expect(changes).toBeGreaterThan(100);

  const [first] = settled;
  expect(isAsApplied(first?.object ?? {}, first?.live ?? {}, "kubectl")).toBe(false);
});

/** Places below the name of an object, at which something can be changed. */
function placesIn(value: Json, path: (string | number)[] = []): { parent: JsonObject | Json[]; key: string | number }[] {
  if (Array.isArray(value)) return value.flatMap((item, key) => [{ parent: value, key }, ...placesIn(item, [...path, key])]);
  if (!isJsonObject(value)) return [];
  return Object.entries(value)
    .filter(
      ([key]) => !(path.length === 0 && ["apiVersion", "kind"].includes(key)) && !(path[0] === "metadata" && key === "name"),
    )
    .flatMap(([key, item]) => [{ parent: value, key }, ...placesIn(item, [...path, key])]);
}

type Mutation = (object: JsonObject, seed: number) => void;

const atSome =
  (change: (parent: JsonObject | Json[], key: string | number, seed: number) => void): Mutation =>
  (object, seed) => {
    const places = placesIn(object);
    const place = places[seed % places.length];
    if (place) change(place.parent, place.key, seed);
  };

const MUTATIONS: Mutation[] = [
  atSome((parent, key) => {
    const value = Reflect.get(parent, key);
    const other = typeof value === "string" ? `${value}x` : typeof value === "number" ? value + 1 : !value;
    if (typeof value !== "object") Reflect.set(parent, key, other);
  }),
  atSome((parent, key) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  }),
  atSome((parent) => {
    if (Array.isArray(parent)) parent.reverse();
  }),
  (object, seed) => {
    const metadata = isJsonObject(object.metadata) ? object.metadata : {};
    object.metadata = {
      ...metadata,
      labels: { ...(isJsonObject(metadata.labels) ? metadata.labels : {}), [`new${seed % 7}`]: "x" },
    };
  },
];
