import { type ValuePath, valueAt } from "../domain/value-at.ts";
import type { ReleaseView } from "./fleet-view.ts";
import { isOpaque } from "./opaque.ts";

/** Where wrapper charts of Berkeley's kind say on which NFS share students' homes are, from the top of the values. */
const NFS: ValuePath = ["nfsPVC", "nfs"];

/** The share of students' homes. */
export interface ShareUse {
  server: string;
  share: string;
  /** From the top of the values. */
  path: ValuePath;
}

export function sharesOf({ whole }: ReleaseView): ShareUse[] {
  if (valueAt(whole.effective, ["nfsPVC", "enabled"]) === false) return [];
  const [server, share] = [valueAt(whole.values, [...NFS, "serverIP"]), valueAt(whole.values, [...NFS, "shareName"])];
  if (typeof server !== "string" || typeof share !== "string" || isOpaque(server) || isOpaque(share)) return [];
  return [{ server, share: share.replace(/^\/+|\/+$/g, ""), path: [...NFS, "shareName"] }];
}
