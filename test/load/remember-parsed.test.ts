import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { ConfigTree } from "../../app/load/config-tree.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { readFolder, treeOf } from "./config-trees.ts";

const SHA = "7".repeat(40);

/** As a git tree: contents have ids, and the test sees what is read. */
function treeWithIds(files: Readonly<Record<string, string>>): ConfigTree & { reads: string[] } {
  const tree = treeOf(files);
  const reads: string[] = [];
  return {
    reads,
    listFiles: tree.listFiles,
    readFile: (path) => {
      reads.push(path);
      return tree.readFile(path);
    },
    contentIdOf: (path) =>
      createHash("sha256")
        .update(files[path] ?? "")
        .digest("hex"),
  };
}

/** Files that no other test has read. */
async function ownSample(mark: string): Promise<Record<string, string>> {
  const files = await readFolder(SAMPLE_FLEET_FOLDER);
  const marked = (path: string, text: string) =>
    path.endsWith(".ics") ? text.replace("END:VCALENDAR", `X-MARK:${mark}\nEND:VCALENDAR`) : `${text}# ${mark}\n`;
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, marked(path, text)]));
}

test("of a commit that changes one file, one file is read", async () => {
  const files = await ownSample("one file");
  const first = treeWithIds(files);
  const before = await loadFleet(first, SHA);
  expect(first.reads.length).toBeGreaterThan(20);
  const again = treeWithIds(files);
  expect(await loadFleet(again, SHA)).toMatchObject({ fleet: before.fleet, findings: before.findings });
  expect(again.reads).toEqual([]);
  const changed = treeWithIds({ ...files, "values/common.yaml": `${files["values/common.yaml"]}course: { seats: 12 }\n` });
  const after = await loadFleet(changed, SHA);
  expect(changed.reads).toEqual(["values/common.yaml"]);
  expect(JSON.stringify(after.fleet)).toContain('"seats":12');
  const same = treeWithIds({ ...files, "hubs/data8/values/prod.yaml": `${files["hubs/data8/values/prod.yaml"]}# later\n` });
  const later = await loadFleet(same, SHA);
  expect(later.fleet?.hubs.map((hub, index) => hub === before.fleet?.hubs[index])).toEqual([true, false, true]);
  expect(JSON.stringify(before.fleet)).not.toContain('"seats":12');
});

test("the same content in two places has each its own findings, and reads as what it is there", async () => {
  const files = await ownSample("two places");
  const broken = "a: 1\na: 2\n# two places\n";
  const { findings } = await loadFleet(
    treeWithIds({ ...files, "hubs/data8/values/prod.yaml": broken, "hubs/data100/values/prod.yaml": broken }),
    SHA,
  );
  expect(findings.map(({ code, at }) => [code, at.file])).toEqual([
    ["duplicate-key", "hubs/data100/values/prod.yaml"],
    ["duplicate-key", "hubs/data8/values/prod.yaml"],
  ]);
  const asSecret = await loadFleet(treeWithIds({ ...files, "hubs/data8/secrets/prod.yaml": broken }), SHA);
  expect(asSecret.findings.map(({ code }) => code)).toContain("plain-secret");
});
