import { buildSampleImages } from "../../app/local/seed/sample-artefacts.ts";
import type { FileChanges } from "../../app/local/world/person.ts";
import type { Scene } from "./open-institution.ts";

const NEXT_TAG = "2026.11.2";

/** The pins of one hub of the sample with the next image of the course in the given environments. */
export async function bumpedPins(
  { person, hub }: Pick<Scene, "person" | "hub">,
  sampleHub: string,
  environments: readonly string[],
): Promise<FileChanges> {
  const image = (await buildSampleImages()).find(({ name, tag }) => name.endsWith(`/user-${sampleHub}`) && tag === NEXT_TAG);
  if (!image) throw new Error(`the sample has no image ${NEXT_TAG} of ${sampleHub}`);
  const changes: FileChanges = {};
  for (const environment of environments) {
    const path = `hubs/${hub(sampleHub)}/pins/${environment}.yaml`;
    changes[path] = withImage(await person.readFile(path), image.tag, image.digest);
  }
  return changes;
}

/** The pins file with another tag and digest for the user image, which is its last entry. */
export function withImage(pins: string, tag: string, digest: string): string {
  const at = pins.indexOf("image:");
  return (
    pins.slice(0, at) +
    pins
      .slice(at)
      .replace(/tag: .*/, `tag: "${tag}"`)
      .replace(/digest: .*/, `digest: "${digest}"`)
  );
}
