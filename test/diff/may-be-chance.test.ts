import { expect, test } from "vitest";
import type { DiffSide } from "../../app/diff/diff-release.ts";
import { isDoubtful, isMadeAsBefore } from "../../app/diff/may-be-chance.ts";
import { RECORDED_FIELD_TYPES } from "../../app/diff/recorded-field-types.ts";
import type { Manifest } from "../../app/domain/manifest.ts";

function deployment(checksum: string, replicas = 1): Manifest {
  const spec = { replicas, template: { metadata: { annotations: { checksum } } } };
  return {
    id: { apiVersion: "apps/v1", kind: "Deployment", namespace: "data8-staging", name: "hub" },
    object: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "hub" }, spec },
  };
}

/** As it is rendered, and as it comes out with other placeholders. */
const reached = (manifest: Manifest, other: Manifest): DiffSide => ({
  manifests: [manifest],
  reached: { "apps/Deployment/data8-staging/hub": other.object },
});
const untouched = (manifest: Manifest): DiffSide => ({ manifests: [manifest], reached: {} });

test("a change is doubtful only where a secret or chance may be its reason", () => {
  const doubtful = (base: DiffSide, head: DiffSide) => isDoubtful(base, head, RECORDED_FIELD_TYPES);
  // A checksum over a Secret: the same on both sides, so no chance had a part in it.
  const [one, other] = [deployment("a"), deployment("b")];
  expect(doubtful(reached(one, other), reached(one, other))).toBe(false);
  expect(doubtful(reached(one, other), reached(deployment("a", 2), deployment("b", 2)))).toBe(false);
  expect(doubtful(reached(one, other), reached(deployment("c"), deployment("d")))).toBe(true);
  // The placeholder itself: nobody made that up.
  const first = deployment("x campanile-placeholder:token:1");
  const [rotated, rotatedOther] = [
    deployment("x campanile-placeholder:token:2"),
    deployment("x campanile-placeholder:other:token:2"),
  ];
  expect(doubtful(reached(first, deployment("x campanile-placeholder:other:token:1")), reached(rotated, rotatedOther))).toBe(
    false,
  );
  expect(doubtful(untouched(deployment("a")), untouched(deployment("b")))).toBe(false);
});

test("base proves head only where head makes nothing else of placeholders than base does", () => {
  const isProved = (base: DiffSide, head: DiffSide) => isMadeAsBefore(base, head, RECORDED_FIELD_TYPES);
  const checksum = reached(deployment("a"), deployment("b"));
  expect(isProved(checksum, reached(deployment("c"), deployment("d")))).toBe(true);
  expect(isProved(checksum, untouched(deployment("c")))).toBe(true);
  // The first has no such place, the second only the placeholder itself, and the third has no object.
  expect(isProved(untouched(deployment("a")), checksum)).toBe(false);
  const itself = reached(deployment("campanile-placeholder:token:1"), deployment("campanile-placeholder:other:token:1"));
  expect(isProved(itself, checksum)).toBe(false);
  expect(isProved({ manifests: [], reached: {} }, checksum)).toBe(false);
  // An object that only one of the two renders has.
  const gone = { ...untouched(deployment("a")), reached: { "apps/Deployment/data8-staging/hub": null } };
  expect(isProved(checksum, gone)).toBe(false);
  expect(isProved(gone, checksum)).toBe(false);
});
