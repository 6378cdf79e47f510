import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { type LookupSnapshot, openRecordedSnapshot, recordedSnapshotSchema } from "./lookup-snapshot.ts";

/**
 * The last snapshot of each release, for pull requests that may not make Campanile ask a cluster.
 * A cache: a replica that has none renders without.
 */
export interface RecordedLookups {
  keep(releaseId: string, snapshot: LookupSnapshot): Promise<void>;
  find(releaseId: string): Promise<LookupSnapshot | undefined>;
}

const pack = promisify(gzip);
const unpack = promisify(gunzip);

export function createRecordedLookups(dataDir: string): RecordedLookups {
  const folder = path.join(dataDir, "lookups");
  const fileOf = (releaseId: string) => path.join(folder, `${encodeURIComponent(releaseId)}.json.gz`);
  return {
    async keep(releaseId, snapshot) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(releaseId);
      const fresh = `${file}.${process.pid}.${performance.now()}`;
      await writeFile(fresh, await pack(JSON.stringify(await snapshot.record())), { mode: 0o600 });
      await rename(fresh, file);
    },
    async find(releaseId) {
      try {
        const recorded = recordedSnapshotSchema.safeParse(
          JSON.parse((await unpack(await readFile(fileOf(releaseId)))).toString("utf8")),
        );
        return recorded.success ? openRecordedSnapshot(recorded.data) : undefined;
      } catch {
        // Never kept, or by a version that wrote it otherwise.
        return undefined;
      }
    },
  };
}
