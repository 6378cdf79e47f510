import { expect, inject, test } from "vitest";
import { inspectCluster } from "../../../app/adapters/kubernetes/inspect-cluster.ts";
import { RECORDED_FIELD_TYPES } from "../../../app/diff/recorded-field-types.ts";

test("what is recorded of the API server's types is what it says", async () => {
  const { campanileKubeconfig } = inject("world");
  const inspector = inspectCluster({ kubeconfig: campanileKubeconfig, context: "courses" });
  const groupVersions = [...new Set(Object.keys(RECORDED_FIELD_TYPES.kinds).map((kind) => kind.split(" ")[0] ?? ""))];
  const { kinds, types } = await inspector.fetchFieldTypes(groupVersions);
  expect(kinds).toMatchObject(RECORDED_FIELD_TYPES.kinds);
  expect(types).toMatchObject(RECORDED_FIELD_TYPES.types);
});

test("kinds that no group has are left out", async () => {
  const { campanileKubeconfig } = inject("world");
  const inspector = inspectCluster({ kubeconfig: campanileKubeconfig, context: "courses" });
  expect(await inspector.fetchFieldTypes(["no.such/v1"])).toEqual({ kinds: {}, types: {} });
});
