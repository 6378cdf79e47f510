import type { Finding } from "../../domain/finding.ts";
import { hasValueAt, type ValuePath } from "../../domain/value-at.ts";
import type { YamlFile } from "../read-yaml.ts";

/** A key that some versions of hubploy take and others refuse or ignore. */
interface DatedKey {
  path: ValuePath;
  what: string;
  why: string;
  fix: string;
}

const ANY_IMAGE = "*";

/** @see hubploy, changes of config.py, helm.py and auth.py */
const DATED_KEYS: readonly DatedKey[] = [
  {
    path: ["cluster", "gcloud", "service_key"],
    what: 'hubploy from July 2026 on stops at "service_key".',
    why: "It logs in to Google without a key and does not know the argument any more.",
    fix: "Remove the line when you move to that version of hubploy; keep it until then, or pin hubploy to a commit.",
  },
  {
    path: ["images"],
    what: 'hubploy from October 2025 on does not read "images".',
    why: "It takes the image from the values, and would deploy whatever stands there.",
    fix: "Before you move to that version of hubploy, write name and tag under jupyterhub.singleuser.image in config/common.yaml.",
  },
  {
    path: ["images", "registry"],
    what: 'hubploy from August 2024 on does not read "images.registry".',
    why: "It no longer builds or pushes images.",
    fix: "Remove the block.",
  },
  {
    path: ["images", "image_config_path"],
    what: 'hubploy from July 2024 on does not read "images.image_config_path".',
    why: "It always puts the image at jupyterhub.singleuser.image.",
    fix: "Remove the line; if your chart wants the image elsewhere, name it in the values.",
  },
  {
    path: ["images", "images", ANY_IMAGE, "path"],
    what: 'hubploy from July 2024 on does not read the "path" of an image.',
    why: "It no longer builds images.",
    fix: "Remove the line.",
  },
  {
    path: ["images", "images", ANY_IMAGE, "helm_substitution_path"],
    what: 'hubploy from July 2024 on does not read "helm_substitution_path".',
    why: "Every image is put at jupyterhub.singleuser.image, and the last one wins.",
    fix: "Remove the line, and name the second image in the values where it is used.",
  },
  {
    path: ["cluster", "aws", "zone"],
    what: 'hubploy from October 2025 on stops at "zone" of aws.',
    why: 'Its name is "region" now.',
    fix: 'Write "region".',
  },
  {
    path: ["cluster", "aws", "project"],
    what: 'hubploy from October 2025 on stops at "project" of aws.',
    why: "The account follows from the credentials.",
    fix: "Remove the line.",
  },
];

/**
 * What is told of files that work with one version of hubploy and not with another; nobody can see here which is used.
 * A key that many hubs have is told once, at the first of them.
 */
export function datedKeys(files: readonly YamlFile[]): Finding[] {
  return DATED_KEYS.flatMap(({ path, what, why, fix }) => {
    const places = files.flatMap((yaml) => placesOf(yaml, path).map((place) => yaml.placeOf(place)));
    const [first, ...others] = places;
    if (!first) return [];
    const count = new Set(others.map(({ file }) => file).filter((file) => file !== first.file)).size;
    const more = count === 0 ? "" : ` So it is in ${count} more ${count === 1 ? "file" : "files"}.`;
    return [{ code: "hubploy-version", severity: "info" as const, what: `${what}${more}`, why, fix, at: first }];
  });
}

function placesOf({ value }: YamlFile, path: ValuePath): ValuePath[] {
  const any = path.indexOf(ANY_IMAGE);
  if (any < 0) return hasValueAt(value, path) ? [path] : [];
  const places: ValuePath[] = [];
  for (let index = 0; hasValueAt(value, [...path.slice(0, any), index]); index++) {
    const place = [...path.slice(0, any), index, ...path.slice(any + 1)];
    if (hasValueAt(value, place)) places.push(place);
  }
  return places;
}
