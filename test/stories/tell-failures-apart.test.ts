import { expect, test } from "vitest";
import type { FileChanges } from "../../app/local/world/person.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";

const MINUTES = 60_000;

test(
  "a zone that has no nodes, a volume that is not there and a hook that fails: each has a verdict of its own",
  async () => {
    const scene = await openInstitution({ hubs: ["data8", "data100", "prob140"] });
    const { person, hub } = scene;
    const pullRequest = await person.openPullRequest("Three mistakes at once", {
      ...(await below(
        scene,
        "data100/values/staging",
        "jupyterhub.hub",
        "nodeSelector: { topology.kubernetes.io/zone: nowhere }",
      )),
      ...(await below(scene, "data8/values/prod", "jupyterhub.hub", "annotations: { kwok.campanile.dev/fault: mount }")),
      ...(await below(scene, "prob140/values/staging", "jupyterhub", 'prePuller: { hook: { image: { tag: "crashes-1" } } }')),
    });
    expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({ conclusion: "success" });
    const merged = await person.merge(pullRequest);
    const check = await person.waitForCheck(merged, "campanile / deploy");
    expect(check).toMatchObject({ conclusion: "failure", title: "3 releases failed, 1 release rolled out" });

    const told = [
      /data100-staging failed\.\*\* No node can take pod .+ didn't match Pod's node affinity\/selector\.\n.+ node selectors, .+ \(`unschedulable`\)/,
      /data8-prod failed\.\*\* A volume of pod hub-.+ cannot be mounted\. .+ references non-existent secret key\.\n.+ \(`volume-mount`\)/,
      /prob140-staging failed\.\*\* The hook hook-image-awaiter, .+ failed 3 times\. .+ Error .+exit code 1.+\n.+ \(`hook-failed`\)/,
    ];
    const comments = await person.comments(pullRequest);
    expect(comments).toHaveLength(1);
    for (const verdict of told) {
      expect(check.summary.replaceAll("\n\n", "\n")).toMatch(verdict);
      expect(comments[0]?.replaceAll("\n\n", "\n")).toMatch(verdict);
    }
    for (const name of ["data100", "prob140"]) {
      expect(check.summary).toContain(`| ${hub(name)}-prod | not touched: ${hub(name)}-staging failed |`);
      expect(await scene.revisions(`${hub(name)}-prod`)).toEqual([]);
    }
    const deployments = (await person.deployments()).map(({ environment, states }) => `${environment}: ${states.at(-1)}`);
    expect(deployments.sort()).toEqual([
      `${hub("data100")}-staging: failure`,
      `${hub("data8")}-prod: failure`,
      `${hub("data8")}-staging: success`,
      `${hub("prob140")}-staging: failure`,
    ]);
  },
  5 * MINUTES,
);

/** One more key below another one in a values file of a hub. */
async function below({ person, hub }: Scene, file: string, parent: string, line: string): Promise<FileChanges> {
  const path = `hubs/${hub("")}${file}.yaml`;
  const depth = parent.split(".").length;
  const key = `${"  ".repeat(depth - 1)}${parent.split(".").at(-1)}:\n`;
  return { [path]: (await person.readFile(path)).replace(key, `${key}${"  ".repeat(depth)}${line}\n`) };
}
