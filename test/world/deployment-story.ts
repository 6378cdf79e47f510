import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import type { Scene } from "./open-institution.ts";

/** One moment in the deployment of a release, as GitHub was told of it. */
export interface DeploymentMoment {
  release: string;
  state: string;
  description: string;
  at: Date;
}

const statusSchema = z.object({
  deployment_status: z.object({ state: z.string(), description: z.string() }),
  deployment: z.object({ environment: z.string(), sha: z.string() }),
});

/** What GitHub was told of the deployments of one commit, in the order in which it was told. */
export async function deploymentStory(scene: Pick<Scene, "events">, sha: string): Promise<DeploymentMoment[]> {
  const told = (await scene.events()).filter(({ name }) => name === "deployment_status.created");
  return told.flatMap(({ at, details }) => {
    const { deployment, deployment_status } = statusSchema.parse(details);
    if (deployment.sha !== sha) return [];
    return [{ release: deployment.environment, ...deployment_status, at: new Date(at) }];
  });
}

/** When Helm wrote the first record of a revision, by the cluster's clock, which counts whole seconds. */
export async function revisionCreatedAt(scene: Pick<Scene, "world">, release: string, revision: number): Promise<Date> {
  const config = new KubeConfig();
  config.loadFromFile(scene.world.kubeconfig);
  const name = `sh.helm.release.v1.${release}.v${revision}`;
  const { metadata } = await config.makeApiClient(CoreV1Api).readNamespacedSecret({ namespace: release, name });
  if (metadata?.creationTimestamp === undefined) throw new Error(`nobody knows when ${name} was made`);
  return new Date(metadata.creationTimestamp);
}
