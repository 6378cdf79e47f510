import type { ValuePath } from "../../../domain/value-at.ts";
import { changesAt } from "../../compare-values.ts";
import { forEachChange, type Rule } from "../../rule.ts";

/** What decides in which volume and folder a student's work lies. */
const DECIDES_HOME: readonly ValuePath[] = [
  ["singleuser", "storage", "type"],
  ["singleuser", "storage", "homeMountPath"],
  ["singleuser", "storage", "static", "pvcName"],
  ["singleuser", "storage", "static", "subPath"],
  ["singleuser", "storage", "dynamic", "pvcNameTemplate"],
  ["singleuser", "storage", "dynamic", "volumeNameTemplate"],
  ["singleuser", "storage", "dynamic", "subPath"],
  ["hub", "config", "KubeSpawner", "slug_scheme"],
  ["hub", "config", "KubeSpawner", "pvc_name_template"],
  ["hub", "config", "KubeSpawner", "remember_pvc_name"],
  ["hub", "config", "KubeSpawner", "handle_legacy_names"],
];

export const homeMoves: Rule = {
  code: "home-moves",
  family: "homes",
  severity: "block",
  title: "Students find their work where they left it",
  why: "A home is found by storage settings and by the user's name. When one of them changes, everybody starts in an empty home; the work is still there, but nobody sees it.",
  fix: "Do this in a maintenance window: stop the servers, copy or rename the volumes, change the value, look with a test user, and only then let students in. Ask whoever runs the cluster.",
  runbook: "move-homes",
  example: {
    base: {
      common: "jupyterhub: { singleuser: { storage: { type: dynamic, dynamic: { pvcNameTemplate: 'claim-{user_server}' } } } }",
    },
    fails: {
      common: "jupyterhub: { singleuser: { storage: { type: dynamic, dynamic: { pvcNameTemplate: 'home-{user_server}' } } } }",
    },
    passes: {
      common:
        "jupyterhub: { singleuser: { storage: { type: dynamic, capacity: 20Gi, dynamic: { pvcNameTemplate: 'claim-{user_server}' } } } }",
    },
  },
  check: forEachChange((before, after) =>
    changesAt(before, after, DECIDES_HOME, after.areDefaultsKnown).map(({ path, severity }) => ({
      severity,
      at: after.placeOf(path),
      what: `"${after.nameOf(path)}" changes, and with it where students' homes are looked for.`,
    })),
  ),
};
