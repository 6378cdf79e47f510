import { buildSampleImages } from "../seed/sample-artefacts.ts";
import type { FileChanges, Person } from "../world/person.ts";

/**
 * @param bump.hub the hub's folder
 * @param bump.course whose images are taken; the hub's name when left out
 * @returns the pins of one hub in each environment, with another of its course's images
 */
export async function bumpImage(
  person: Pick<Person, "readFile">,
  { hub, course = hub, tag, environments }: { hub: string; course?: string; tag: string; environments: readonly string[] },
): Promise<FileChanges> {
  const image = (await buildSampleImages()).find((each) => each.name.endsWith(`/user-${course}`) && each.tag === tag);
  if (!image) throw new Error(`the world has no image ${tag} of ${course}`);
  const changes: FileChanges = {};
  for (const environment of environments) {
    const path = `hubs/${hub}/pins/${environment}.yaml`;
    changes[path] = withImage(await person.readFile(path), image.tag, image.digest);
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
