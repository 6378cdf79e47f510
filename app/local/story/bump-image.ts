import { buildSampleImages } from "../seed/sample-artefacts.ts";
import type { FileChanges, Person } from "../world/person.ts";

export interface ImageBump {
  /** The hub's folder. */
  hub: string;
  /** Whose images are taken; the hub's name when left out. */
  course?: string;
  tag: string;
  environments: readonly string[];
  /** Of images in which programs run, by name and tag, where the world has a real node. */
  digests?: Readonly<Record<string, string>>;
}

/** @returns the pins of one hub in each environment, with another of its course's images */
export async function bumpImage(
  person: Pick<Person, "readFile">,
  { hub, course = hub, tag, environments, digests = {} }: ImageBump,
): Promise<FileChanges> {
  const image = (await buildSampleImages()).find((each) => each.name.endsWith(`/user-${course}`) && each.tag === tag);
  if (!image) throw new Error(`the world has no image ${tag} of ${course}`);
  const changes: FileChanges = {};
  for (const environment of environments) {
    const path = `hubs/${hub}/pins/${environment}.yaml`;
    changes[path] = withImage(await person.readFile(path), image.tag, digests[`${image.name}:${tag}`] ?? image.digest);
  }
  return changes;
}

/** The pins file with another tag and digest for the user image, which is its last entry. */
function withImage(pins: string, tag: string, digest: string): string {
  const at = pins.indexOf("image:");
  return (
    pins.slice(0, at) +
    pins
      .slice(at)
      .replace(/tag: .*/, `tag: "${tag}"`)
      .replace(/digest: .*/, `digest: "${digest}"`)
  );
}
