import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";
import { isOpaque } from "./opaque.ts";

/** One folder of a volume, put into a student's server. */
export interface Mount {
  /** Set where mounts are written as a map: the same key replaces, and does not add. */
  key?: string;
  path: ValuePath;
  volume: string;
  mountPath: string;
  subPath: string | undefined;
  isReadOnly: boolean;
}

/** Mounts written as a list or as a map; what is secret or malformed is left out. */
export function mountsAt(values: JsonObject, path: ValuePath): Mount[] {
  const found = valueAt(values, path);
  if (Array.isArray(found)) return found.flatMap((item, index) => mountOf(item, [...path, index]));
  if (!isJsonObject(found)) return [];
  return Object.entries(found).flatMap(([key, item]) => mountOf(item, [...path, key]).map((mount) => ({ ...mount, key })));
}

function mountOf(value: Json, path: ValuePath): Mount[] {
  if (!isJsonObject(value)) return [];
  const { name, mountPath, subPath, readOnly } = value;
  if (typeof name !== "string" || typeof mountPath !== "string" || isOpaque(name) || isOpaque(mountPath)) return [];
  const folder = typeof subPath === "string" && !isOpaque(subPath) ? subPath : undefined;
  return [{ path, volume: name, mountPath: withoutSlash(mountPath), subPath: folder, isReadOnly: readOnly === true }];
}

const withoutSlash = (path: string) => (path.length > 1 ? path.replace(/\/+$/, "") : path);

export const BASE_MOUNTS: ValuePath = ["singleuser", "storage", "extraVolumeMounts"];
const BASE_VOLUMES: ValuePath = ["singleuser", "storage", "extraVolumes"];

/** Names of volumes at a path, or undefined when some may be hidden. */
export function volumeNames(values: JsonObject, path: ValuePath): string[] | undefined {
  const found = valueAt(values, path);
  if (found === undefined || found === null) return [];
  const items = Array.isArray(found) ? found : isJsonObject(found) ? Object.values(found) : undefined;
  const names = items?.map((item) => (isJsonObject(item) ? item.name : undefined));
  return names?.every((name) => typeof name === "string" && !isOpaque(name))
    ? names.filter((name) => typeof name === "string")
    : undefined;
}

/**
 * Volumes that every server of the hub has, or undefined when that cannot be known.
 * @see Zero to JupyterHub, jupyterhub_config.py: static storage mounts the volume `home`, extraFiles the volume `files`
 */
export function baseVolumes(values: JsonObject): string[] | undefined {
  const own = volumeNames(values, BASE_VOLUMES);
  const storage = valueAt(values, ["singleuser", "storage", "type"]);
  if (own === undefined || isOpaque(storage)) return undefined;
  const files = valueAt(values, ["singleuser", "extraFiles"]) === undefined ? [] : ["files"];
  const template = valueAt(values, ["singleuser", "storage", "dynamic", "volumeNameTemplate"]);
  const home =
    storage === "static"
      ? ["home"]
      : storage === "none"
        ? []
        : ["volume-{user_server}", "volume-{username}{servername}", ...(typeof template === "string" ? [template] : [])];
  return [...own, ...files, ...home];
}
