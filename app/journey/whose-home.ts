import { createHash } from "node:crypto";
import type { MountSight } from "./ports.ts";

/** What is known of a folder in which a student's work lies. */
export interface HomeFacts {
  home: MountSight;
  /** The probe, whose home it is. */
  user: string;
  /** How many servers of other users have the same folder of the same volume. */
  sharers: number;
  /** What the values give everybody alike; absent where a part of it is each user's own, or they leave it open. */
  sameForAll: Pick<MountSight, "volume" | "folder"> | undefined;
}

/** `not-seen` where nothing tells: code of the fleet's own may name homes by what only it knows. */
export type HomeOwner = "others-too" | "same-for-all" | "own" | "not-seen";

/** Whose home it is. What servers have counts more than what the values say, and that more than what a name looks like. */
export function whoseHome({ home, user, sharers, sameForAll }: HomeFacts): HomeOwner {
  if (sharers > 0) return "others-too";
  if (sameForAll && sameForAll.volume === home.volume && sameForAll.folder === home.folder) return "same-for-all";
  const name = `${home.volume}/${home.folder}`.toLowerCase();
  return formsOf(user).some((form) => name.includes(form)) ? "own" : "not-seen";
}

/**
 * A user's name as it stands in names of claims and folders: as it is, as older hubs escape it, and with its hash where it would not be
 * safe as it is.
 * @see KubeSpawner, slugs.py
 */
function formsOf(user: string): string[] {
  return [user, user.replaceAll("-", "-2d"), `---${createHash("sha256").update(user).digest("hex").slice(0, 8)}`];
}

/** The mount in which a path lies: of several, one below the other, the innermost. */
export function findMount(mounts: readonly MountSight[], path: string): MountSight | undefined {
  return mounts
    .filter(({ mountPath }) => path === mountPath || path.startsWith(mountPath.endsWith("/") ? mountPath : `${mountPath}/`))
    .toSorted((a, b) => b.mountPath.length - a.mountPath.length)[0];
}

/** `claim claim-ada`, `claim homes, folder ada`. */
export function nameHome({ volume, folder }: Pick<MountSight, "volume" | "folder">): string {
  return folder === "" ? volume : `${volume}, folder ${folder}`;
}
