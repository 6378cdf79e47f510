import { chmod, mkdir } from "node:fs/promises";
import path from "node:path";

/** The node's folder on this machine, which it sees at the same place. @param dir the world's folder */
export function nodeHomeOf(dir: string): string {
  return path.join(dir, "node");
}

/** Folders on which pods can keep something; gone with the world. */
export interface NodeStorage {
  /** For one claim each. */
  volumes: string[];
  /** As a file server's export that many mount: everybody may make a folder in it, and no kubelet changes whose it is. */
  homes: string;
}

const VOLUMES = 20;

/** @param dir the world's folder */
export async function makeStorage(dir: string): Promise<NodeStorage> {
  const volumes = Array.from({ length: VOLUMES }, (_, index) => path.join(nodeHomeOf(dir), "volumes", String(index)));
  const homes = path.join(nodeHomeOf(dir), "homes");
  await Promise.all([...volumes, homes].map((folder) => mkdir(folder, { recursive: true })));
  await chmod(homes, 0o777);
  return { volumes, homes };
}

/** Where containers leave files of whoever they ran as. */
export function foldersOfContainers(dir: string): string[] {
  return ["containerd", "homes", "kubelet", "volumes"].map((name) => path.join(nodeHomeOf(dir), name));
}
