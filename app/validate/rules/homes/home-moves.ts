import stringify from "safe-stable-stringify";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import type { Rule } from "../../rule.ts";

/** What decides in which volume and folder a student's work lies. */
const DECIDES_HOME: readonly ValuePath[] = [
  ["singleuser", "storage", "type"],
  ["singleuser", "storage", "homeMountPath"],
  ["singleuser", "storage", "static", "pvcName"],
  ["singleuser", "storage", "static", "subPath"],
  ["singleuser", "storage", "dynamic", "pvcNameTemplate"],
  ["singleuser", "storage", "dynamic", "volumeNameTemplate"],
  ["singleuser", "storage", "dynamic", "storageClass"],
  ["hub", "config", "KubeSpawner", "slug_scheme"],
  ["hub", "config", "KubeSpawner", "pvc_name_template"],
  ["hub", "config", "Authenticator", "username_map"],
  ["hub", "config", "Authenticator", "username_pattern"],
  ["hub", "config", "OAuthenticator", "username_claim"],
  ["hub", "config", "GoogleOAuthenticator", "hosted_domain"],
  ["hub", "config", "GoogleOAuthenticator", "strip_domain"],
  ["hub", "config", "GoogleOAuthenticator", "username_claim"],
  ["hub", "config", "JupyterHub", "authenticator_class"],
  ["nfsPVC", "nfs", "serverIP"],
  ["nfsPVC", "nfs", "shareName"],
];

export const homeMoves: Rule = {
  code: "home-moves",
  family: "homes",
  severity: "block",
  title: "Students find their work where they left it",
  why: "A home is found by storage settings and by the user's name. When one of them changes, everybody starts in an empty home; the work is still there, but nobody sees it.",
  fix: "Do this in a maintenance window: stop the servers, copy or rename the volumes, change the value, look with a test user, and only then let students in. Ask whoever runs the cluster.",
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
  check: ({ base, head }) =>
    head.releases.flatMap(({ id, values, placeOf, nameOf }) => {
      const before = base?.releases.find((release) => release.id === id);
      if (!before) return [];
      return DECIDES_HOME.filter((path) => stringify(valueAt(before.values, path)) !== stringify(valueAt(values, path))).map(
        (path) => ({
          at: placeOf(path),
          what: `"${nameOf(path)}" changes, and with it where students' homes are looked for.`,
          release: id,
        }),
      );
    }),
};
