import { suggestName } from "../../../domain/suggest-name.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { FLEET_WITH_POOLS } from "../../example-pools.ts";
import { isOpaque } from "../../opaque.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

const CLASSES: readonly ValuePath[] = [
  ["singleuser", "storage", "dynamic", "storageClass"],
  ["hub", "db", "pvc", "storageClassName"],
];

export const storageClassUnknown: Rule = {
  code: "storage-class-unknown",
  family: "wiring",
  severity: "block",
  title: "Disks are asked for in a storage class that the cluster has",
  why: "A claim for a class that is not there stays pending: the hub has no database, or new students no home.",
  fix: "Name one of the cluster's storage classes, or add the class to campanile.yaml once it is made.",
  example: {
    fails: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common: "jupyterhub: { singleuser: { storage: { dynamic: { storageClass: premium } } } }",
    },
    passes: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common: "jupyterhub: { singleuser: { storage: { dynamic: { storageClass: standard } } } }",
    },
  },
  check: forEachRelease(({ cluster, values, placeOf, nameOf }) => {
    const known = cluster?.storageClasses;
    if (!known) return [];
    return CLASSES.flatMap((path) => {
      const name = valueAt(values, path);
      // A dash asks for no class at all: the volume is there already.
      if (typeof name !== "string" || name === "" || name === "-" || isOpaque(name) || known.includes(name)) return [];
      const meant = suggestName(name, known);
      return [
        {
          at: placeOf(path),
          what: `"${nameOf(path)}" asks for the storage class ${name}, which ${cluster?.name} does not have.`,
          ...(meant === undefined ? {} : { fix: `Did you mean "${meant}"?` }),
        },
      ];
    });
  }),
};
