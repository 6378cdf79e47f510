import { watch } from "node:fs";
import { access, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

export interface SlowSops {
  /** For `CAMPANILE_SOPS`. */
  binary: string;
  /** From now on it waits before it answers, as with a key service that is slow. */
  hold(): Promise<void>;
  /** Resolves once Campanile waits for it. */
  untilHeld(): Promise<void>;
  release(): Promise<void>;
}

/** The real sops behind a door that a test can close: the moment between the last look at the cluster and Helm. */
export async function createSlowSops(dir: string, sops: string): Promise<SlowSops> {
  await mkdir(dir, { recursive: true });
  const [binary, door, waiting] = ["slow-sops", "door-is-closed", "somebody-waits"].map((name) => path.join(dir, name));
  if (!binary || !door || !waiting) throw new Error("three names make three paths");
  const script = `#!/bin/sh\nif [ -e '${door}' ]; then touch '${waiting}'; fi\nwhile [ -e '${door}' ]; do sleep 0.05; done\nexec '${sops}' "$@"\n`;
  await writeFile(binary, script, { mode: 0o755 });
  return {
    binary,
    hold: () => writeFile(door, ""),
    async untilHeld() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const watcher = watch(dir, (_event, name) => {
        if (name === path.basename(waiting)) resolve();
      });
      access(waiting).then(resolve, () => {});
      await promise;
      watcher.close();
    },
    release: () => rm(door),
  };
}
