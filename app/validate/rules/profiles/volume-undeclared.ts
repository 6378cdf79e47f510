import { isJsonObject } from "../../../domain/json.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { BASE_MOUNTS, baseVolumes, mountsAt, volumeNames } from "../../mounts.ts";
import { extraConfig, isQuotedIn, spawnerOverrides } from "../../overrides.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const volumeUndeclared: Rule = {
  code: "volume-undeclared",
  family: "profiles",
  severity: "block",
  title: "What is mounted is a volume that the server has",
  why: "Kubernetes refuses a pod that mounts a volume it does not declare: every server of Data 100's TAs failed for two days.",
  fix: "Write the name of a volume from extraVolumes; with static storage the homes' volume is named home.",
  example: {
    fails: {
      common:
        "jupyterhub: { singleuser: { storage: { type: static, static: { pvcName: homes } } }, custom: { group_profiles: { 'course::1538208': { extraVolumeMounts: [{ name: homes, mountPath: /srv/homes }] } } } }",
    },
    passes: {
      common:
        "jupyterhub: { singleuser: { storage: { type: static, static: { pvcName: homes } } }, custom: { group_profiles: { 'course::1538208': { extraVolumeMounts: [{ name: home, mountPath: /srv/homes }] } } } }",
    },
  },
  check: forEachRelease(({ chart, values, effective, placeOf, nameOf }) => {
    const base = baseVolumes(effective);
    // Python may add volumes of its own, and so may a setting of KubeSpawner itself.
    const code = extraConfig(effective);
    if (!chart || !base || valueAt(effective, ["hub", "config", "KubeSpawner", "volumes"]) !== undefined) return [];
    const storage = valueAt(effective, ["singleuser", "storage"]);
    if (!isJsonObject(storage) || typeof storage.type !== "string") return [];
    const within = (mounts: ValuePath, volumes: ValuePath | undefined) => {
      const own = volumes ? volumeNames(values, volumes) : [];
      if (!own) return [];
      return mountsAt(values, mounts)
        .filter(({ volume }) => ![...base, ...own].includes(volume) && !isQuotedIn(code, volume) && !volume.includes("{"))
        .map(({ path, volume }) => ({
          at: placeOf([...path, "name"]),
          what: `"${nameOf(path)}" mounts the volume ${volume}, which nothing declares.`,
        }));
    };
    return [
      ...within(BASE_MOUNTS, undefined),
      ...spawnerOverrides(values).flatMap(({ path }) => within([...path, "extraVolumeMounts"], [...path, "extraVolumes"])),
    ];
  }),
};
