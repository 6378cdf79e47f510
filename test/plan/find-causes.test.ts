import { expect, test } from "vitest";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { findCauses } from "../../app/plan/find-causes.ts";
import { releasesOf } from "../../app/plan/releases-of.ts";
import { readFolder, treeOf } from "../load/config-trees.ts";

/** Where an edit of the sample fleet shows in one release, as `file:line path`, and what stands on that line. */
async function causesOf(release: string, edits: Record<string, (text: string) => string>): Promise<string[]> {
  const before = await readFolder(SAMPLE_FLEET_FOLDER);
  const after = { ...before };
  for (const [file, edit] of Object.entries(edits)) after[file] = edit(before[file] ?? "");
  expect(after).not.toEqual(before);
  const sides = await Promise.all([before, after].map((files) => loadFleet(treeOf(files), "1".repeat(40))));
  const [base, head] = sides.map(({ fleet }) => fleet && releasesOf(fleet, "4").find(({ id }) => id === release));
  if (!base || !head) throw new Error("the sample fleet cannot be read");
  const [hub = "", environment = ""] = release.split("-");
  const causes = findCauses(base, head, (path) => sides[1]?.placeOfValue(hub, environment, path));
  return causes.map(({ at, path }) => `${at.file} ${path}: ${after[at.file]?.split("\n")[at.line - 1]?.trim()}`);
}

test("a shared value, a hub's own, a pinned image and a secret are each found on the line that changed", async () => {
  const causes = await causesOf("data8-prod", {
    "values/common.yaml": (text) => text.replace(/^jupyterhub:\n/m, "jupyterhub:\n  debug: { enabled: true }\n"),
    "hubs/data8/values/prod.yaml": (text) => text.replace("concurrentSpawnLimit: 128", "concurrentSpawnLimit: 64"),
    "hubs/data8/pins/prod.yaml": (text) => text.replaceAll("2026.11.1", "2026.11.2"),
    "hubs/data8/secrets/prod.yaml": (text) => text.replace(/(secretToken: ENC\[AES256_GCM,data:)./, "$1Z"),
  });
  expect(causes.sort()).toEqual([
    expect.stringMatching(/^hubs\/data8\/pins\/prod\.yaml jupyterhub\.singleuser\.image\.tag: tag: "?2026\.11\.2"?$/),
    expect.stringMatching(/^hubs\/data8\/secrets\/prod\.yaml jupyterhub\.proxy\.secretToken: secretToken: ENC/),
    "hubs/data8/values/prod.yaml jupyterhub.hub.concurrentSpawnLimit: concurrentSpawnLimit: 64",
    "values/common.yaml jupyterhub.debug.enabled: debug: { enabled: true }",
  ]);
});

test("a value that another environment reads and a comment are no cause; of one that is gone it is what stands below", async () => {
  expect(
    await causesOf("data8-prod", {
      "values/staging.yaml": (text) => text.replace("timeout: 1800", "timeout: 900"),
      "hubs/data8/values/prod.yaml": (text) => `# Ask first.\n${text.replace(/ {4}concurrentSpawnLimit: 128\n/, "")}`,
    }),
  ).toEqual(["values/common.yaml jupyterhub.hub.concurrentSpawnLimit: concurrentSpawnLimit: 64"]);
});
