import type { V1Container, V1Pod, V1Volume, V1VolumeMount } from "@kubernetes/client-node";
import type { MountSight } from "../../journey/ports.ts";

/** What a server has of volumes that outlive it, and that others could have too. A volume of the pod's own is none of them. */
export function mountsOf({ spec }: Pick<V1Pod, "spec">): MountSight[] {
  const [container] = spec?.containers ?? [];
  if (!container) return [];
  return (container.volumeMounts ?? []).flatMap((mount) => {
    const volume = nameOf(spec?.volumes?.find(({ name }) => name === mount.name));
    const folder = folderOf(mount, container);
    return volume === undefined || folder === undefined ? [] : [{ mountPath: mount.mountPath, volume, folder }];
  });
}

/** How many servers of other users have the same folder of the same volume, wherever they have it. One that has ended has nothing. */
export function countSharersIn(pods: readonly V1Pod[], home: MountSight, isOfOther: (pod: V1Pod) => boolean): number {
  const isThere = ({ status }: V1Pod) => status?.phase !== "Succeeded" && status?.phase !== "Failed";
  const hasIt = (pod: V1Pod) => mountsOf(pod).some(({ volume, folder }) => volume === home.volume && folder === home.folder);
  return pods.filter((pod) => isThere(pod) && isOfOther(pod) && hasIt(pod)).length;
}

function nameOf(volume: V1Volume | undefined): string | undefined {
  const { persistentVolumeClaim: claim, nfs, hostPath } = volume ?? {};
  if (claim) return `claim ${claim.claimName}`;
  if (nfs) return `share ${nfs.server}:${withoutSlashes(nfs.path)}`;
  return hostPath ? `folder ${hostPath.path} of the node` : undefined;
}

/** @returns undefined where only the kubelet knows it */
function folderOf({ subPath, subPathExpr }: V1VolumeMount, { env }: V1Container): string | undefined {
  if (subPathExpr === undefined || subPathExpr === "") return withoutSlashes(subPath ?? "");
  const values = new Map(env?.map(({ name, value }) => [name, value]));
  let isKnown = true;
  const folder = subPathExpr.replace(/\$\(([^)]+)\)/g, (_match, name: string) => {
    const value = values.get(name);
    isKnown &&= value !== undefined && !value.includes("$(");
    return value ?? "";
  });
  return isKnown ? withoutSlashes(folder) : undefined;
}

const withoutSlashes = (path: string) => path.replace(/^\/+|\/+$/g, "").replace(/\/{2,}/g, "/");
