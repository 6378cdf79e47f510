import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { diffRelease } from "../../app/diff/diff-release.ts";
import { RECORDED_FIELD_TYPES } from "../../app/diff/recorded-field-types.ts";
import { isJsonObject, type Json, type JsonObject } from "../../app/domain/json.ts";
import type { Manifest } from "../../app/domain/manifest.ts";
import type { ReleaseDiff } from "../../app/domain/release-diff.ts";

const OPTIONS = {
  releaseId: "data8-staging",
  hub: "data8",
  environment: "staging",
  fieldTypes: RECORDED_FIELD_TYPES,
  fingerprintKey: Buffer.alloc(32, 7),
};

function manifest(kind: string, name: string, rest: JsonObject = {}): Manifest {
  const { metadata, ...others } = rest;
  const apiVersion = { Deployment: "apps/v1", Course: "courses.example/v1" }[kind] ?? "v1";
  return {
    id: { apiVersion, kind, namespace: "data8-staging", name },
    object: { apiVersion, kind, metadata: { name, ...(isJsonObject(metadata) ? metadata : {}) }, ...others },
  };
}

const side = (...manifests: Manifest[]) => ({ manifests, reached: {} });
const diff = (base: Manifest[], head: Manifest[]) => diffRelease(side(...base), side(...head), OPTIONS);

/** Changed fields as `path: before -> after`. */
function fields({ objects }: ReleaseDiff): string[] {
  const show = (value: ReleaseDiff["objects"][number]["fields"][number]["before"]) =>
    value.kind === "value" ? value.text : value.kind;
  return objects.flatMap((object) =>
    object.fields.map(({ path, before, after }) => `${path}: ${show(before)} -> ${show(after)}`),
  );
}

/** One object whose `spec` changes; of the kind Course no API server has said what its fields are. */
const changed = (before: Json, after: Json, kind = "Course") =>
  fields(diff([manifest(kind, "hub", { spec: before })], [manifest(kind, "hub", { spec: after })]));

test("objects that come, go and change are told apart and sorted by kind, namespace and name", () => {
  const { objects } = diff(
    [manifest("Service", "old"), manifest("Deployment", "hub", { spec: { replicas: 1 } }), manifest("Service", "same")],
    [manifest("Service", "same"), manifest("ConfigMap", "new"), manifest("Deployment", "hub", { spec: { replicas: 2 } })],
  );
  expect(objects.map(({ id, change, fields: { length } }) => `${id.kind} ${id.name} ${change} ${length}`)).toEqual([
    "ConfigMap new created 0",
    "Deployment hub changed 1",
    "Service old deleted 0",
  ]);
});

test("an object moved to a newer version of its API is the same object", () => {
  const old = manifest("Deployment", "hub");
  const now: Manifest = { id: { ...old.id, apiVersion: "apps/v2" }, object: { ...old.object, apiVersion: "apps/v2" } };
  expect(fields(diff([old], [now]))).toEqual(["apiVersion: apps/v1 -> apps/v2"]);
});

const hook = (name: string, events: string, weight: string, kind = "Job"): Manifest => ({
  ...manifest(kind, name, {
    metadata: { annotations: { "helm.sh/hook": events, "helm.sh/hook-weight": weight } },
    spec: { template: { spec: { containers: [{ name: "main", image: `image-of-${name}` }] } } },
  }),
  hook: events,
});

test("hooks are told in the order in which Helm runs them, and are no objects that come and go", () => {
  const always = hook("backup", "pre-upgrade", "5");
  const { objects, hooks } = diff(
    [always],
    [
      hook("notify", "post-install,post-upgrade", "0"),
      hook("b", "pre-install, pre-upgrade", "-10", "DaemonSet"),
      hook("first-install-only", "pre-install", "0"),
      hook("a", "pre-upgrade", "-10"),
      always,
    ],
  );
  expect(objects).toEqual([]);
  expect(hooks.map(({ id, moment, images, isEveryTime }) => [id.name, moment, images[0], isEveryTime])).toEqual([
    ["b", "pre-upgrade", "image-of-b", false],
    ["a", "pre-upgrade", "image-of-a", false],
    ["backup", "pre-upgrade", "image-of-backup", true],
    ["notify", "post-upgrade", "image-of-notify", false],
  ]);
});

test("a change of a hook that runs anyway is a change", () => {
  const { objects } = diff([hook("backup", "pre-upgrade", "5")], [hook("backup", "pre-upgrade", "6")]);
  expect(objects).toMatchObject([{ change: "changed", hook: "pre-upgrade" }]);
});

const deployment = (checksum: string, replicas = 1) =>
  manifest("Deployment", "hub", { spec: { replicas, template: { metadata: { annotations: { checksum } } } } });
const keyOfHub = "apps/Deployment/data8-staging/hub";

test("what two renders of the same disagree on is told once and is no change", () => {
  const base = { ...side(deployment("1")), madeUp: { [keyOfHub]: deployment("2").object } };
  const head = { ...side(deployment("3", 2)), madeUp: { [keyOfHub]: deployment("4", 2).object } };
  const result = diffRelease(base, head, OPTIONS);
  expect(fields(result)).toEqual(["spec.replicas: 1 -> 2"]);
  expect(result.notDeterministic).toEqual(["Deployment data8-staging/hub spec.template.metadata.annotations.checksum"]);
});

test("an object whose name is made up is told once and neither comes nor goes", () => {
  const named = (name: string) => ({ ...side(manifest("Job", name)), madeUp: { [`/Job/data8-staging/${name}`]: null } });
  const result = diffRelease(named("job-1"), named("job-2"), OPTIONS);
  expect(result).toMatchObject({ objects: [], notDeterministic: ["Job data8-staging metadata.name"] });
});

const LISTS: [string, Json, Json, string[]][] = [
  [
    "named items in another order",
    [
      { name: "a", v: 1 },
      { name: "b", v: 2 },
    ],
    [
      { name: "b", v: 2 },
      { name: "a", v: 1 },
    ],
    [],
  ],
  [
    "one named item changed",
    [
      { name: "a", v: 1 },
      { name: "b", v: 2 },
    ],
    [
      { name: "b", v: 3 },
      { name: "a", v: 1 },
    ],
    ["spec[b].v: 2 -> 3"],
  ],
  [
    "a named item added in front",
    [{ name: "b", v: 2 }],
    [
      { name: "a", v: 1 },
      { name: "b", v: 2 },
    ],
    ["spec[a].name: absent -> a", "spec[a].v: absent -> 1"],
  ],
  [
    "ports without names",
    [{ containerPort: 80, protocol: "TCP" }],
    [{ containerPort: 80, protocol: "UDP" }],
    ["spec[80].protocol: TCP -> UDP"],
  ],
  [
    "tolerations by key",
    [{ key: "x", effect: "NoSchedule" }],
    [{ key: "x", effect: "NoExecute" }],
    ["spec[x].effect: NoSchedule -> NoExecute"],
  ],
  [
    "two items of one name are told by place",
    [
      { name: "a", v: 1 },
      { name: "a", v: 2 },
    ],
    [
      { name: "a", v: 1 },
      { name: "a", v: 3 },
    ],
    ["spec[1].v: 2 -> 3"],
  ],
  ["texts in another order", ["--a", "--b"], ["--b", "--a"], ["spec[0]: --a -> --b", "spec[1]: --b -> --a"]],
  ["a text less", ["--a", "--b"], ["--a"], ["spec[1]: --b -> absent"]],
  ["nothing left", ["--a"], [], ["spec: absent -> []", "spec[0]: --a -> absent"]],
];

test.each(LISTS)("lists: %s", (_what, before, after, expected) => {
  expect(changed(before, after)).toEqual(expected);
});

/** In a Deployment, where the API server says what a list's items are told apart by. */
const TYPED_LISTS: [string, Json, Json, string[]][] = [
  [
    "containers in another order",
    { containers: [{ name: "a" }, { name: "b" }] },
    { containers: [{ name: "b" }, { name: "a" }] },
    [],
  ],
  [
    "a port whose protocol is spelt out",
    { containers: [{ name: "a", ports: [{ containerPort: 53 }] }] },
    { containers: [{ name: "a", ports: [{ containerPort: 53, protocol: "TCP" }] }] },
    ["P.containers[a].ports[53].protocol: absent -> TCP"],
  ],
  [
    "two protocols on one port",
    { containers: [{ name: "a", ports: [{ containerPort: 53 }, { containerPort: 53, protocol: "UDP", hostPort: 1 }] }] },
    { containers: [{ name: "a", ports: [{ containerPort: 53, protocol: "UDP", hostPort: 2 }, { containerPort: 53 }] }] },
    ["P.containers[a].ports[53/UDP].hostPort: 1 -> 2"],
  ],
  [
    "arguments, whose order counts",
    { containers: [{ name: "a", args: ["x", "y"] }] },
    { containers: [{ name: "a", args: ["y", "x"] }] },
    ["P.containers[a].args[0]: x -> y", "P.containers[a].args[1]: y -> x"],
  ],
  [
    "an amount spelt otherwise",
    { containers: [{ name: "a", resources: { limits: { cpu: 0.5, "nvidia.com/gpu": "1" } } }] },
    { containers: [{ name: "a", resources: { limits: { cpu: "500m", "nvidia.com/gpu": 1 } } }] },
    [],
  ],
  ["a null", { containers: [{ name: "a", image: null }] }, { containers: [{ name: "a" }] }, []],
];

test.each(TYPED_LISTS)("fields that the API server describes: %s", (_what, before, after, expected) => {
  const of = (pod: Json): Json => ({ template: { spec: pod } });
  expect(changed(of(before), of(after), "Deployment")).toEqual(expected.map((line) => line.replace(/^P/, "spec.template.spec")));
});

const VALUES: [string, Json, Json, string[]][] = [
  ["the order of keys", { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }, []],
  ["a text that looks like a number", { a: "1" }, { a: 1 }, ['spec.a: "1" -> 1']],
  ["a text that looks like a switch", { a: false }, { a: "false" }, ['spec.a: false -> "false"']],
  ["an empty map and its picture", { a: {} }, { a: "{}" }, ['spec.a: {} -> "{}"']],
  ["null and absent", { a: null }, {}, ["spec: absent -> {}", "spec.a: null -> absent"]],
  ["a dotted key and a nested one", { "a.b": 1 }, { a: { b: 1 } }, ["spec.a.b: 1 -> absent", "spec.a.b: absent -> 1"]],
  [
    "the same amount written otherwise",
    { resources: { limits: { memory: "1Gi", cpu: 1 } } },
    { resources: { limits: { memory: "1024Mi", cpu: "1000m" } } },
    [],
  ],
  ["another amount", { limits: { memory: "1Gi" } }, { limits: { memory: "1G" } }, ["spec.limits.memory: 1Gi -> 1G"]],
];

test.each(VALUES)("values: %s", (_what, before, after, expected) => {
  expect(changed(before, after)).toEqual(expected);
});

test("labels that repeat the chart's version are no change, other labels are", () => {
  const labels = (version: string, team: string) => ({
    labels: { "helm.sh/chart": `hub-${version}`, chart: version, "app.kubernetes.io/version": version, team },
  });
  const of = (version: string, team: string) =>
    manifest("Deployment", "hub", { metadata: labels(version, team), spec: { template: { metadata: labels(version, team) } } });
  expect(fields(diff([of("1", "a")], [of("2", "b")]))).toEqual([
    "metadata.labels.team: a -> b",
    "spec.template.metadata.labels.team: a -> b",
  ]);
});

test("documents in a ConfigMap are compared key by key, other files as text", () => {
  const of = (timeout: number, python: string) =>
    manifest("ConfigMap", "hub", {
      data: {
        "values.yaml": stringify({ cull: { timeout } }),
        "a.json": `{"n": ${timeout}}`,
        "config.py": python,
        "broken.yaml": "a: [",
      },
    });
  expect(fields(diff([of(1, "x = 1")], [of(2, "x = 2")]))).toEqual([
    "a.json.n: 1 -> 2",
    "data.config.py: x = 1 -> x = 2",
    "values.yaml.cull.timeout: 1 -> 2",
  ]);
});

test("a document that only its layout changed is no change, and a date in it is a text", () => {
  const of = (text: string) => manifest("ConfigMap", "hub", { data: { "values.yaml": text } });
  expect(fields(diff([of("a: 1 # why\nb: 2026-11-24\n")], [of("b: '2026-11-24'\na: 1\n")]))).toEqual([]);
  expect(fields(diff([of("b: 2026-11-24")], [of("b: 2026-11-25")]))).toEqual(["values.yaml.b: 2026-11-24 -> 2026-11-25"]);
});

test("a document that would grow without bounds is compared as text", () => {
  const bomb = `a: &a [x]\n${Array.from({ length: 12 }, (_, n) => `b${n}: &b${n} [${Array(10).fill(n === 0 ? "*a" : `*b${n - 1}`)}]`).join("\n")}\n`;
  const of = (text: string) => manifest("ConfigMap", "hub", { data: { "bomb.yaml": text } });
  expect(diff([of(bomb)], [of(`${bomb}c: 1\n`)]).objects[0]?.fields.map(({ path }) => path)).toEqual(["data.bomb.yaml"]);
});

const CANARY = "canary-3141592653";
const encode = (text: string) => Buffer.from(text).toString("base64");

/** Every place of a Secret, and of other objects, at which a value may be somebody's password. */
const HIDING_PLACES: Record<string, (value: string) => Manifest> = {
  data: (value) => manifest("Secret", "hub", { data: { token: encode(value) } }),
  stringData: (value) => manifest("Secret", "hub", { stringData: { token: value } }),
  "data that is not a map": (value) => manifest("Secret", "hub", { data: [value] }),
  "values.yaml in data": (value) =>
    manifest("Secret", "hub", { data: { "values.yaml": encode(stringify({ hub: { config: { deep: value } } })) } }),
  "values.yaml in stringData": (value) =>
    manifest("Secret", "hub", { stringData: { "values.yaml": stringify({ hub: [value, { a: value }] }) } }),
  "a document that does not parse": (value) => manifest("Secret", "hub", { stringData: { "values.yaml": `a: [ ${value}` } }),
  "JSON in data": (value) => manifest("Secret", "hub", { data: { "key.json": encode(JSON.stringify({ private_key: value })) } }),
  "a list item's name": (value) =>
    manifest("Secret", "hub", {
      stringData: { "values.yaml": stringify({ tokens: [{ name: value }, { key: value, type: value }] }) },
    }),
  "a list item's key": (value) =>
    manifest("Secret", "hub", { stringData: { "values.yaml": stringify({ tokens: [{ key: value }] }) } }),
  "an annotation of a Secret": (value) =>
    manifest("Secret", "hub", { metadata: { annotations: { "team.example/copy": value } } }),
  "last-applied-configuration": (value) =>
    manifest("Deployment", "hub", {
      metadata: { annotations: { "kubectl.kubernetes.io/last-applied-configuration": `{"data":"${value}"}` } },
    }),
  "an environment variable": (value) =>
    manifest("Deployment", "hub", { spec: { containers: [{ name: "hub", env: [{ name: "PROXY_AUTH_TOKEN", value }] }] } }),
};

test.each(Object.entries(HIDING_PLACES))("a secret is never shown, but its change is: %s", (_place, make) => {
  const result = diff([make("another-2718281828")], [make(CANARY)]);
  expect(result.objects).toHaveLength(1);
  expect(result.objects[0]?.fields.map(({ before, after }) => [before.kind, after.kind])).toContainEqual(["hidden", "hidden"]);
  for (const form of [CANARY, encode(CANARY), "another-2718281828"]) expect(JSON.stringify(result)).not.toContain(form);
  expect(diff([make(CANARY)], [make(CANARY)]).objects).toEqual([]);
});

test("a Secret that comes or goes shows none of its values", () => {
  for (const make of Object.values(HIDING_PLACES))
    expect(JSON.stringify([diff([], [make(CANARY)]), diff([make(CANARY)], [])])).not.toContain(CANARY);
});

test("of the values in a hub's Secret, those that a reviewer needs are shown", () => {
  const of = (tag: string, limit: string) =>
    manifest("Secret", "hub", {
      data: {
        "values.yaml": encode(
          stringify({
            singleuser: { image: { name: "user", tag }, memory: { limit } },
            cull: { enabled: true },
            hub: { note: tag },
          }),
        ),
      },
    });
  const { objects } = diff([of("1", "1G")], [of("2", "2G")]);
  expect(objects[0]?.fields.map(({ path, before, after }) => [path, before.kind, after.kind])).toEqual([
    ["values.yaml.hub.note", "hidden", "hidden"],
    ["values.yaml.singleuser.image.tag", "value", "value"],
    ["values.yaml.singleuser.memory.limit", "value", "value"],
  ]);
});

test("code in a hub's values is shown line by line, but not what it sets a secret to", () => {
  const of = (timeout: number, password: string) =>
    manifest("Secret", "hub", {
      data: {
        "values.yaml": encode(
          stringify({ hub: { extraConfig: { spawn: `c.Spawner.start_timeout = ${timeout}\nc.X.password = '${password}'\n` } } }),
        ),
      },
    });
  const [changedTimeout] = diff([of(60, CANARY)], [of(90, CANARY)]).objects;
  expect(changedTimeout?.fields.map(({ path, before, after }) => [path, before.kind, after.kind])).toEqual([
    ["values.yaml.hub.extraConfig.spawn", "value", "value"],
  ]);
  expect(JSON.stringify(changedTimeout)).toContain("start_timeout = 90");
  const [changedPassword] = diff([of(60, "another-2718281828")], [of(60, CANARY)]).objects;
  expect(changedPassword?.fields[0]?.before).not.toEqual(changedPassword?.fields[0]?.after);
  expect(JSON.stringify([changedTimeout, changedPassword])).not.toMatch(new RegExp(`${CANARY}|another-2718281828`));
});

test("Helm's own annotations of a Secret are shown", () => {
  const of = (weight: string) => manifest("Secret", "hub", { metadata: { annotations: { "helm.sh/hook-weight": weight } } });
  expect(fields(diff([of("1")], [of("2")]))).toEqual(["metadata.annotations.helm.sh/hook-weight: 1 -> 2"]);
});

test("fingerprints tell equal from different within one run, and nothing across runs", () => {
  const of = (a: string, b: string) => manifest("Secret", "hub", { stringData: { a, b } });
  const prints = (key: Buffer) =>
    diffRelease(side(of("old", "old")), side(of("new", "new")), { ...OPTIONS, fingerprintKey: key }).objects[0]?.fields.flatMap(
      ({ before, after }) => [before, after].map((value) => (value.kind === "hidden" ? value.fingerprint : "")),
    );
  const [oldA, newA, oldB, newB] = prints(OPTIONS.fingerprintKey) ?? [];
  expect([oldB, newB]).toEqual([oldA, newA]);
  expect(newA).not.toBe(oldA);
  expect(prints(Buffer.alloc(32, 8))).not.toContain(oldA);
});

const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Json>(null, true, 0, 1, "1", "text", "", "a.b", {}, []),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "a.b", "name", "limits", "data"), tie("json"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const kind = fc.constantFrom("Secret", "ConfigMap", "Deployment");
const objects = fc.uniqueArray(fc.record({ kind, name: fc.constantFrom("a", "b"), spec: json, data: json }), {
  maxLength: 4,
  selector: ({ kind: k, name }) => `${k} ${name}`,
});
const toManifests = objects.map((list) => list.map(({ kind: k, name, spec, data }) => manifest(k, name, { spec, data })));

/** The same object with the keys of every map in reverse. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, reversed(item)] as const)
      .toReversed(),
  );
}

test("equal objects have no diff, whatever the order of objects and keys", () => {
  fc.assert(
    fc.property(toManifests, (manifests) => {
      const shuffled = manifests.toReversed().map(({ id, object }) => ({ id, object: reversed(object) as JsonObject }));
      expect(diff(manifests, shuffled).objects).toEqual([]);
    }),
  );
});

test("different objects have a diff", () => {
  // Lists and amounts are out of it: named items may come in any order, and 1 is as much as "1".
  const flat = json.filter((value) => !/\[|"limits"/.test(JSON.stringify(value)));
  fc.assert(
    fc.property(flat, flat, (one, other) => {
      fc.pre(JSON.stringify(sortKeys(one)) !== JSON.stringify(sortKeys(other)));
      expect(diff([manifest("Course", "a", { spec: one })], [manifest("Course", "a", { spec: other })]).objects).toHaveLength(1);
    }),
  );
});

function sortKeys(value: Json): Json {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, sortKeys(item)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

test("turned round, the diff says the same with before and after swapped", () => {
  const swapped = { created: "deleted", deleted: "created", changed: "changed" } as const;
  const sorted = (result: ReleaseDiff["objects"]) =>
    result.map((object) => ({ ...object, fields: object.fields.map((field) => JSON.stringify(field)).sort() }));
  fc.assert(
    fc.property(toManifests, toManifests, (base, head) => {
      const back = diff(head, base).objects.map((object) => ({
        ...object,
        change: swapped[object.change],
        fields: object.fields.map(({ path, before, after }) => ({ path, before: after, after: before })),
      }));
      expect(sorted(back)).toEqual(sorted(diff(base, head).objects));
    }),
  );
});
