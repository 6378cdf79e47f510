import { expect, test } from "vitest";
import { type NodeView, whyItFitsNowhere } from "../../app/diff/fits-nowhere.ts";
import { hasRoomAfter } from "../../app/diff/quota-room.ts";
import type { JsonObject } from "../../app/domain/json.ts";

const node = (name: string, change: Partial<NodeView> = {}): NodeView => ({
  name,
  labels: { pool: name, size: "8" },
  taints: [],
  allocatable: { cpu: "8", memory: "32Gi" },
  isCordoned: false,
  ...change,
});
const NODES = [
  node("core"),
  node("data8", { taints: [{ key: "hub.jupyter.org/dedicated", value: "user", effect: "NoSchedule" }] }),
  node("old", { isCordoned: true }),
];

const pod = (change: JsonObject, requests: JsonObject = {}): JsonObject => ({
  containers: [{ name: "a", resources: { requests } }],
  ...change,
});
const affinity = (key: string, operator: string, ...values: string[]): JsonObject => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] }] },
    },
  },
});
const tolerate = (...tolerations: JsonObject[]): JsonObject => ({ nodeSelector: { pool: "data8" }, tolerations });

const LABELS = /labels that it asks for/;
const TAINT = /taint/;
const CASES: [string, JsonObject, RegExp | undefined][] = [
  ["one that asks for nothing", pod({}), undefined],
  ["one for a pool that is there", pod({ nodeSelector: { pool: "core" } }), undefined],
  ["one for a pool that is not there", pod({ nodeSelector: { pool: "data9" } }), /pool=data9/],
  ["affinity to one of some", pod(affinity("pool", "In", "core", "x")), undefined],
  ["affinity to none that is there", pod(affinity("pool", "In", "x")), LABELS],
  ["affinity away from all", pod(affinity("pool", "NotIn", "core", "data8", "old")), LABELS],
  ["affinity to a label", pod(affinity("pool", "Exists")), undefined],
  ["affinity to a label that nobody has", pod(affinity("gpu", "Exists")), LABELS],
  ["affinity to nodes without a label that all have", pod(affinity("pool", "DoesNotExist")), LABELS],
  ["affinity to larger ones", pod(affinity("size", "Gt", "8")), LABELS],
  ["affinity to smaller ones", pod(affinity("size", "Lt", "9")), undefined],
  ["a taint that it does not tolerate", pod(tolerate()), TAINT],
  [
    "a taint that it tolerates",
    pod(tolerate({ key: "hub.jupyter.org/dedicated", value: "user", effect: "NoSchedule" })),
    undefined,
  ],
  ["a taint with another value", pod(tolerate({ key: "hub.jupyter.org/dedicated", value: "core" })), TAINT],
  ["every taint tolerated", pod(tolerate({ operator: "Exists" })), undefined],
  ["a node under maintenance", pod({ nodeSelector: { pool: "old" } }), /maintenance/],
  ["one as large as a node", pod({}, { cpu: "8", memory: "32Gi" }), undefined],
  ["one that is larger than any node", pod({}, { memory: "33Gi" }), /as much memory/],
  ["one for a device that no node has", pod({}, { "nvidia.com/gpu": 1 }), /nvidia.com\/gpu/],
];

test.each(CASES)("a pod finds a node: %s", (_what, spec, why) => {
  const found = whyItFitsNowhere(spec, NODES);
  if (why === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(why);
});

const old = pod({}, { memory: "600Mi", cpu: "500m" });

test.each([
  ["exceeded quota: q, requested: requests.memory=700Mi, used: requests.memory=600Mi, limited: requests.memory=1Gi", true],
  ["exceeded quota: q, requested: memory=1Gi, used: memory=600Mi, limited: memory=1Gi", true],
  ["exceeded quota: q, requested: requests.memory=1025Mi, used: requests.memory=600Mi, limited: requests.memory=1Gi", false],
  ["exceeded quota: q, requested: pods=1,requests.cpu=1, used: pods=2,requests.cpu=1, limited: pods=2,requests.cpu=1500m", true],
  ["exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=2", false],
  ["exceeded quota: q, requested: limits.memory=1Gi, used: limits.memory=1Gi, limited: limits.memory=1Gi", false],
  ["something else", false],
])("once the old pod is gone there is room for the new one: %s: %s", (message, expected) => {
  expect(hasRoomAfter(message, old)).toBe(expected);
});
