import { valueAt } from "../../../domain/value-at.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { BASE_MOUNTS, type Mount, mountsAt } from "../../mounts.ts";
import { courseOf, spawnerOverrides } from "../../overrides.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const mountClash: Rule = {
  code: "mount-clash",
  family: "profiles",
  severity: "block",
  title: "Nobody gets two things mounted at one path, whatever their roles",
  why: "A person may be teacher and TA of a course at once. Kubernetes refuses a pod with two mounts at one path, so exactly the course's staff could not start a server.",
  fix: "Give each role a path of its own, or write the mount once, at the group that all of them are in.",
  example: {
    fails: {
      common: `jupyterhub:
  singleuser: { storage: { type: static, static: { pvcName: homes } } }
  custom:
    group_profiles:
      course::1538208::enrollment_type::teacher:
        extraVolumeMounts: [{ name: home, mountPath: /home/jovyan/staff, subPath: _shared/data8 }]
      course::1538208::enrollment_type::ta:
        extraVolumeMounts: [{ name: home, mountPath: /home/jovyan/staff, subPath: _shared/data8 }]`,
    },
    passes: {
      common: `jupyterhub:
  singleuser: { storage: { type: static, static: { pvcName: homes } } }
  custom:
    group_profiles:
      course::1538208::enrollment_type::teacher:
        extraVolumeMounts: [{ name: home, mountPath: /home/jovyan/staff, subPath: _shared/data8 }]
      course::1538208::enrollment_type::ta:
        extraVolumeMounts: [{ name: home, mountPath: /home/jovyan/staff-ta, subPath: _shared/data8 }]`,
    },
  },
  check: forEachRelease((release) => {
    const { placeOf, nameOf } = release;
    const owned = mountsByOwner(release);
    return owned.flatMap(({ owner, mount }, index) => {
      const other = owned
        .slice(0, index)
        .find((earlier) => earlier.mount.mountPath === mount.mountPath && !replaces(earlier.mount, mount));
      if (!other) return [];
      const what =
        owner.name === other.owner.name
          ? `"${nameOf(mount.path)}" is mounted at ${mount.mountPath} like another one of ${owner.name}.`
          : `Both ${other.owner.name} and ${owner.name} mount something at ${mount.mountPath}: who is in both gets no server.`;
      return [{ at: placeOf([...mount.path, "mountPath"]), what, severity: isSure(owner, other.owner) ? "block" : "warn" }];
    });
  }),
};

interface Owner {
  /** In words. */
  name: string;
  course: string | undefined;
  isEverybody: boolean;
}

function mountsByOwner({ effective }: ReleaseView): { owner: Owner; mount: Mount }[] {
  const everybody: Owner = { name: "everybody's server", course: undefined, isEverybody: true };
  const home = valueAt(effective, ["singleuser", "storage", "type"]);
  const homePath = valueAt(effective, ["singleuser", "storage", "homeMountPath"]) ?? "/home/jovyan";
  const homes: Mount[] =
    home === "none" || home === undefined || typeof homePath !== "string"
      ? []
      : [
          {
            path: ["singleuser", "storage", "homeMountPath"],
            volume: "home",
            mountPath: homePath,
            subPath: undefined,
            isReadOnly: false,
          },
        ];
  const base = [...homes, ...mountsAt(effective, BASE_MOUNTS)].map((mount) => ({ owner: everybody, mount }));
  const own = spawnerOverrides(effective).flatMap(({ kind, name, path }) => {
    const owner = { name: kind === "admin" ? "admins" : name, course: courseOf(name)?.course, isEverybody: false };
    return mountsAt(effective, [...path, "extraVolumeMounts"]).map((mount) => ({ owner, mount }));
  });
  return [...base, ...own];
}

/** Where mounts are maps, the same key is the same mount. */
function replaces(one: Mount, other: Mount): boolean {
  return one.key !== undefined && one.key === other.key;
}

/** Roles of one course are held together; whether somebody is in two courses or an admin besides is a matter of chance. */
function isSure(one: Owner, other: Owner): boolean {
  return (
    one.isEverybody || other.isEverybody || one.name === other.name || (one.course !== undefined && one.course === other.course)
  );
}
