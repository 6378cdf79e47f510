import type { ValuePath } from "../../../domain/value-at.ts";
import { changesAt } from "../../compare-values.ts";
import { forEachChange, type Rule } from "../../rule.ts";

const CLASSES: readonly ValuePath[] = [
  ["singleuser", "storage", "dynamic", "storageClass"],
  ["singleuser", "storage", "dynamic", "storageAccessModes"],
  ["hub", "db", "pvc", "storageClassName"],
  ["hub", "db", "pvc", "accessModes"],
  ["hub", "db", "type"],
];

export const storageClassChanges: Rule = {
  code: "storage-class-changes",
  family: "homes",
  severity: "block",
  title: "Disks that are there keep their storage class",
  why: "A claim's class cannot be changed. For homes the new one is only for students who come from now on, so that two kinds of disks are in use; for the hub's own database Kubernetes refuses the upgrade, and another type begins with an empty one.",
  fix: "Move the data to new claims in a maintenance window, then change the class.",
  runbook: "move-homes",
  example: {
    base: { common: "jupyterhub: { singleuser: { storage: { type: dynamic, dynamic: { storageClass: standard } } } }" },
    fails: { common: "jupyterhub: { singleuser: { storage: { type: dynamic, dynamic: { storageClass: premium } } } }" },
    passes: {
      common: "jupyterhub: { singleuser: { storage: { type: dynamic, capacity: 20Gi, dynamic: { storageClass: standard } } } }",
    },
  },
  check: forEachChange((before, after) =>
    changesAt(before, after, CLASSES, after.areDefaultsKnown).map(({ path, severity }) => ({
      severity,
      at: after.placeOf(path),
      what: `"${after.nameOf(path)}" changes, but the disks that are there stay what they are.`,
    })),
  ),
};
