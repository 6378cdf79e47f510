import { randomUUID } from "node:crypto";
import path from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import type { PullRequest } from "../../app/local/world/person.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";
import { createSlowSops } from "../world/slow-sops.ts";
import { watchWorkflows } from "../world/watch-workflows.ts";

test("of three merges in a row the last is what runs on both environments, and whoever was overtaken is told so", async () => {
  const scene = await openInstitution();
  const { person } = scene;
  const workflows = await watchWorkflows(scene.institution.databaseUrl);
  onTestFinished(() => workflows.close());
  const changes: PullRequest[] = [];
  for (const key of ["title", "limit", "mem_guarantee"] as const)
    changes.push(await person.openPullRequest(`Data 8: another ${key}`, await anotherValue(scene, key)));
  for (const { headSha } of changes) await person.waitForCheck(headSha, "campanile");
  const merged: string[] = [];
  for (const change of changes) {
    merged.push(await person.merge(change));
    // The second comes while the first is at its staging, the third at once.
    if (merged.length === 1) await person.until("staging is being rolled out", async () => (await person.deployments())[0]);
  }

  const [first, second, third] = await Promise.all(merged.map((sha) => person.waitForCheck(sha, "campanile / deploy")));
  expect(third).toMatchObject({ conclusion: "success", title: "2 releases rolled out" });
  expect(second).toMatchObject({ conclusion: "success", title: "Left to a newer commit" });
  expect(first?.conclusion).toBe("success");
  await workflows.untilQuiet();

  const ofSha = async (release: string, sha: string | undefined) =>
    (await scene.revisions(release)).filter((each) => each.sha === sha);
  for (const environment of ["staging", "prod"]) {
    const release = `${scene.hub("data8")}-${environment}`;
    expect((await scene.revisions(release)).at(-1)).toMatchObject({ status: "deployed", sha: merged[2] });
    expect(await ofSha(release, merged[2])).toHaveLength(1);
    expect(await ofSha(release, merged[1])).toEqual([]);
  }
  // The first had announced staging. If Helm had begun it finished, else it was overtaken there too; prod went to the last either way.
  const begun = await ofSha(`${scene.hub("data8")}-staging`, merged[0]);
  expect(begun.length).toBeLessThanOrEqual(1);
  expect(await ofSha(`${scene.hub("data8")}-prod`, merged[0])).toEqual([]);

  const comments = await Promise.all(changes.map((change) => person.comments(change)));
  expect(comments.map((each) => each.length)).toEqual([1, 1, 1]);
  const newest = merged[2]?.slice(0, 7) ?? "";
  const headline = begun.length > 0 ? "Rolled out: Data 8 on staging; a newer commit takes the rest" : "a newer commit took over";
  expect(comments[0]?.[0]).toContain(headline);
  expect(comments[0]?.[0]).toMatch(/left to the newer commit [0-9a-f]{7}/);
  expect(comments[1]?.[0]).toMatch(new RegExp(`newer commit ${newest}`));
  expect(comments[2]?.[0]).toContain("Rolled out: Data 8 on staging, then prod");
});

test("a merge that is taken back while it is being rolled out is gone from the cluster in the end", async () => {
  const { dir, tools } = inject("world");
  const sops = await createSlowSops(path.join(dir, "institutions", `slow-sops-${randomUUID()}`), tools.sops ?? "sops");
  const scene = await openInstitution({ env: { CAMPANILE_SOPS: sops.binary } });
  const { person } = scene;
  const workflows = await watchWorkflows(scene.institution.databaseUrl);
  onTestFinished(() => workflows.close());
  const start = await person.push("Describe our hubs", { "NOTES.md": "The first commit that Campanile sees.\n" });
  await person.waitForCheck(start, "campanile / deploy");

  // Helm has not begun, so the cluster still shows what the revert asks for when the revert is planned.
  const valuesFile = `hubs/${scene.hub("data8")}/values/common.yaml`;
  const before = await person.readFile(valuesFile);
  await sops.hold();
  const merged = await person.push("Data 8: another limit", await anotherValue(scene, "limit"));
  await sops.untilHeld();
  const reverted = await person.push("Revert it", { [valuesFile]: before });
  await workflows.untilPlanned(reverted);
  await sops.release();

  expect(await person.waitForCheck(merged, "campanile / deploy")).toMatchObject({ conclusion: "success" });
  expect(await person.waitForCheck(reverted, "campanile / deploy")).toMatchObject({ title: "1 release rolled out" });
  await workflows.untilQuiet();
  const ofEnvironment = async (environment: string) =>
    (await scene.revisions(`${scene.hub("data8")}-${environment}`)).map(({ sha, status }) => ({ sha, status }));
  expect(await ofEnvironment("staging")).toEqual([
    { sha: start, status: "superseded" },
    { sha: merged, status: "superseded" },
    { sha: reverted, status: "deployed" },
  ]);
  expect(await ofEnvironment("prod")).toEqual([{ sha: start, status: "deployed" }]);
});

const LINES = { title: /title: .*/, limit: /limit: \d+G/, mem_guarantee: /mem_guarantee: \d+G/ };
const VALUES = { title: "title: Data 8, for all", limit: "limit: 5G", mem_guarantee: "mem_guarantee: 3G" };

/** One of three changes that are far enough from each other to be merged in any order. */
async function anotherValue({ person, hub }: Scene, key: keyof typeof LINES): Promise<Record<string, string>> {
  const path = `hubs/${hub("data8")}/values/common.yaml`;
  return { [path]: (await person.readFile(path)).replace(LINES[key], VALUES[key]) };
}
