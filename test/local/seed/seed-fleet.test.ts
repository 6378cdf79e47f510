import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { isPlaceholder } from "../../../app/domain/placeholder.ts";
import { loadFleet } from "../../../app/load/load-fleet.ts";
import { buildSampleImages, packSampleCharts, SAMPLE_FLEET_FOLDER } from "../../../app/local/seed/sample-artefacts.ts";
import { canariesIn } from "../../../app/local/seed/sample-secrets.ts";
import { type SeededFleet, seedFleet } from "../../../app/local/seed/seed-fleet.ts";
import { ensureTools } from "../../../tools/install-tools.ts";
import { folderTree, treeOf } from "../../load/config-trees.ts";

let dir: string;
let sops: string;
let seeded: SeededFleet;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "campanile-seed-"));
  ({ sops } = await ensureTools(["sops"]));
  seeded = await seedFleet({ dir, sopsBinary: sops });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const secretPaths = () => Object.keys(seeded.files).filter((path) => path.includes("/secrets/"));

test("the seeded fleet and the committed one are both without fault, and are the same but for their secrets", async () => {
  const ours = await loadFleet(treeOf(seeded.files), "1".repeat(40));
  const committed = await loadFleet(await folderTree(SAMPLE_FLEET_FOLDER), "1".repeat(40));
  expect([...ours.findings, ...committed.findings]).toEqual([]);
  const withoutCiphertext = (fleet: unknown) =>
    JSON.parse(
      JSON.stringify(fleet, (key, value) => {
        if (key === "digest" || key === "ciphertext") return undefined;
        // A placeholder ends with a digest of the ciphertext that it stands for.
        return isPlaceholder(value) ? value.replace(/:[0-9a-f]{8}$/, "") : value;
      }),
    );
  expect(withoutCiphertext(ours.fleet)).toEqual(withoutCiphertext(committed.fleet));
});

test("the real sops opens every secrets file with the world's key, and finds the canaries", async () => {
  expect(secretPaths()).toHaveLength(6);
  const found: string[] = [];
  for (const path of secretPaths()) {
    const { stdout } = await execa(
      sops,
      ["decrypt", "--input-type", "yaml", "--output-type", "json", "--filename-override", path],
      {
        input: seeded.files[path] ?? "",
        cwd: dir,
        env: { SOPS_AGE_KEY_FILE: seeded.ageKeyFile },
      },
    );
    found.push(...canariesIn(JSON.parse(stdout)));
  }
  expect(found.sort()).toEqual(seeded.canaries.toSorted());
  expect(new Set(found).size).toBe(found.length);
});

test("no canary stands in clear in any file, and only its owner can read the key", async () => {
  const everything = JSON.stringify(seeded.files);
  for (const canary of seeded.canaries) expect(everything).not.toContain(canary);
  expect((await stat(seeded.ageKeyFile)).mode & 0o777).toBe(0o600);
  expect(await readFile(seeded.ageKeyFile, "utf8")).toMatch(/^AGE-SECRET-KEY-1/);
});

test("two worlds have different secrets", async () => {
  const other = await seedFleet({ dir: join(dir, "other"), sopsBinary: sops });
  expect(other.canaries.filter((canary) => seeded.canaries.includes(canary))).toEqual([]);
  expect(other.ageRecipient).not.toBe(seeded.ageRecipient);
});

test("pins name the digests of the charts and images that the world really has", async () => {
  const charts = await packSampleCharts();
  const images = await buildSampleImages();
  const pinsPaths = Object.keys(seeded.files).filter((path) => path.includes("/pins/"));
  expect(pinsPaths).toHaveLength(6);
  for (const path of pinsPaths) {
    const pins = parse(seeded.files[path] ?? "");
    const chart = charts.find(({ name, version }) => name === pins.hub.chart && version === pins.hub.version);
    const image = images.find(({ name, tag }) => name === pins.image.name && tag === pins.image.tag);
    // Run app/local/seed/update-pins.ts when a chart has changed.
    expect([path, pins.hub.digest]).toEqual([path, chart?.digest]);
    expect([path, pins.image.digest]).toEqual([path, image?.digest]);
  }
});

test("each user image can be bumped: there is a second tag with another digest", async () => {
  const users = (await buildSampleImages()).filter(({ name }) => name.includes("/user-"));
  expect(users.map(({ tag }) => tag)).toEqual(["2026.11.1", "2026.11.2", "2026.11.1", "2026.11.2", "2026.11.1", "2026.11.2"]);
  expect(new Set(users.map(({ digest }) => digest)).size).toBe(6);
});
