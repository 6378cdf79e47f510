import type { ClusterRelease } from "../../../domain/hub.ts";
import type { Rule } from "../../rule.ts";

const FLEET = {
  "deployments/data8/hubploy.yaml": "cluster: { provider: gcloud, gcloud: { project: p, zone: z, cluster: courses } }\n",
  "deployments/data8/config/common.yaml": "{}\n",
  "deployments/data8/config/staging.yaml": "{}\n",
  "deployments/data8/config/prod.yaml": "{}\n",
  "hub/Chart.yaml": "apiVersion: v2\nname: hub\nversion: 1.0.0\ndependencies: [{ name: jupyterhub, version: 4.4.0 }]\n",
  "support/Chart.yaml": "apiVersion: v2\nname: support\nversion: 1.0.0\n",
  "support/values.yaml": "prometheus: { server: { retention: 90d } }\n",
};

export const clusterReleaseChanges: Rule = {
  code: "cluster-release-changes",
  family: "changes",
  severity: "warn",
  title: "What all environments lean on is changed with care",
  why: "Ingress, monitoring and placeholders are deployed once for the whole cluster, by the merge to the first environment: what looks like a trial on staging changes production in the same minute.",
  fix: "Merge it at a time when nobody teaches, and look at a hub of each environment afterwards.",
  example: {
    base: { files: FLEET },
    fails: { files: { ...FLEET, "support/values.yaml": "prometheus: { server: { retention: 30d } }\n" } },
    passes: { files: { ...FLEET, "deployments/data8/config/staging.yaml": "jupyterhub: { cull: { every: 300 } }\n" } },
  },
  check({ base, head }) {
    const before = new Map(base?.fleet.clusterReleases.map((release) => [release.name, inputsOf(release)]));
    return head.fleet.clusterReleases.flatMap((release) => {
      const { name, cluster, deployedWith, reaches, chart } = release;
      const old = before.get(name);
      if (old === undefined || old === inputsOf(release) || reaches.every((each) => each === deployedWith)) return [];
      const what = `A merge to ${deployedWith} deploys ${name} to the cluster ${cluster}, which is that of ${reaches.join(" and ")}.`;
      return [{ at: { file: `${chart.folder?.path ?? name}/Chart.yaml`, line: 1 }, what }];
    });
  },
};

function inputsOf({ chart, valueLayers }: ClusterRelease): string {
  return JSON.stringify([chart.digest, valueLayers.map((layer) => (layer.kind === "plain" ? layer.values : layer.digest))]);
}
