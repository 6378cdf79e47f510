import { parseDocument } from "yaml";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { readFolder } from "../../test/load/config-trees.ts";

/** Files by path, as one state of a `deploy-config` repository. */
export type Files = Record<string, string>;

const PATTERN = "data8";
const POOL_OF = (hub: string) => `pool-name: ${hub}`;

/**
 * A fleet of many hubs: each is Data 8 of the sample under a name of its own, grown to the size that a hub's values have at DataHub
 * (96 lines in common, 19 in each environment, as the median of its 27 hubs).
 */
export async function makeFleet(hubs: number): Promise<Files> {
  const sample = await readFolder(SAMPLE_FLEET_FOLDER);
  const isShared = (file: string) => file === "campanile.yaml" || /^values\/.*\.yaml$/.test(file);
  const files: Files = Object.fromEntries(Object.entries(sample).filter(([file]) => isShared(file)));
  // The sample's pools are for three hubs.
  const fleet = parseDocument(files["campanile.yaml"] ?? "");
  fleet.deleteIn(["clusters", "courses", "pools"]);
  files["campanile.yaml"] = fleet.toString();
  const pattern = Object.entries(sample).filter(([file]) => file.startsWith(`hubs/${PATTERN}/`));
  for (let index = 0; index < hubs; index++) {
    const name = hubName(index);
    for (const [file, text] of pattern) {
      const grown = file.endsWith("values/common.yaml") ? text + PROFILES : text;
      files[file.replace(PATTERN, name)] = grown.replaceAll(PATTERN, name).replaceAll(POOL_OF(name), POOL_OF(PATTERN));
    }
  }
  // As many core nodes as so many hubs need.
  const core = /(purpose: core\s+nodes:\s+min: )\d+(\s+max: )\d+/;
  files["campanile.yaml"] = (sample["campanile.yaml"] ?? "").replace(core, `$1${hubs}$2${hubs}`);
  return files;
}

export const hubName = (index: number) => `course${String(index).padStart(4, "0")}`;
export const commonValues = (index: number) => `hubs/${hubName(index)}/values/common.yaml`;

/** What a course's staff and students get besides, as the custom spawner of DataHub reads it. */
const PROFILES = `  custom:
    group_profiles:
${["students", "tutors", "gsis", "instructors"]
  .map(
    (group) => `      ${PATTERN}-${group}:
        mem_guarantee: 1G
        mem_limit: 4G
        extraVolumeMounts:
          - mountPath: /home/jovyan/${group}
            name: volume-{user_server}
            subPath: _shared/${group}
            readOnly: true
`,
  )
  .join("")}`;
