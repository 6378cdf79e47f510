import type { ReleaseView } from "../../fleet-view.ts";
import { type Mount, mountsAt } from "../../mounts.ts";
import { courseOf, spawnerOverrides } from "../../overrides.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const sharedFolderSplit: Rule = {
  code: "shared-folder-split",
  family: "profiles",
  severity: "warn",
  title: "Students read the folder that their staff write",
  why: "Where the sub-paths of staff and students differ, staff put material into one folder and students look into another, which stays empty all term.",
  fix: "Use the same subPath for both, read-only for students.",
  example: {
    fails: {
      common: `jupyterhub:
  singleuser: { storage: { type: static, static: { pvcName: homes } } }
  custom:
    group_profiles:
      course::1538208::enrollment_type::ta:
        extraVolumeMounts: [{ name: home, mountPath: /home/jovyan/data8-readwrite, subPath: _shared/data8-readwrite }]
      course::1538208::enrollment_type::student:
        extraVolumeMounts: [{ name: home, mountPath: /home/jovyan/data8, subPath: _shared/data8, readOnly: true }]`,
    },
    passes: {
      common: `jupyterhub:
  singleuser: { storage: { type: static, static: { pvcName: homes } } }
  custom:
    group_profiles:
      course::1538208::enrollment_type::ta:
        extraVolumeMounts: [{ name: home, mountPath: /home/jovyan/data8-readwrite, subPath: _shared/data8 }]
      course::1538208::enrollment_type::student:
        extraVolumeMounts: [{ name: home, mountPath: /home/jovyan/data8, subPath: _shared/data8, readOnly: true }]`,
    },
  },
  check: forEachRelease((release) =>
    mountsOfRoles(release).flatMap(({ course, role, mount }, _, all) => {
      if (role !== "student" || !mount.isReadOnly || mount.subPath === undefined) return [];
      const written = all
        .filter((other) => other.course === course && other.role !== "student" && other.mount.volume === mount.volume)
        .filter((other) => !other.mount.isReadOnly && other.mount.subPath !== undefined);
      // Without a folder that staff may write, the material comes from elsewhere.
      if (written.length === 0 || written.some((other) => overlap(other.mount.subPath ?? "", mount.subPath ?? ""))) return [];
      const folders = [...new Set(written.map((other) => other.mount.subPath))].join(", ");
      const what = `Students of course ${course} read ${mount.subPath}, but its staff write ${folders}.`;
      return [{ at: release.placeOf([...mount.path, "subPath"]), what }];
    }),
  ),
};

function mountsOfRoles({ values }: ReleaseView): { course: string; role: string; mount: Mount }[] {
  return spawnerOverrides(values).flatMap(({ name, path }) => {
    const { course, role } = courseOf(name) ?? {};
    if (course === undefined || role === undefined) return [];
    return mountsAt(values, [...path, "extraVolumeMounts"]).map((mount) => ({ course, role, mount }));
  });
}

/** One folder is the other, or lies in it. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [`${one.replace(/\/+$/, "")}/`, `${other.replace(/\/+$/, "")}/`];
  return a.startsWith(b) || b.startsWith(a);
}
