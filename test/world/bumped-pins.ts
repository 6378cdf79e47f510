import { bumpImage } from "../../app/local/story/bump-image.ts";
import type { FileChanges } from "../../app/local/world/person.ts";
import type { Scene } from "./open-institution.ts";

/** The pins of one hub of the sample with the next image of the course in the given environments. */
export async function bumpedPins(
  { person, hub }: Pick<Scene, "person" | "hub">,
  sampleHub: string,
  environments: readonly string[],
): Promise<FileChanges> {
  return bumpImage(person, { hub: hub(sampleHub), course: sampleHub, tag: "2026.11.2", environments });
}
