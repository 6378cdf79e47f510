import type { Finding } from "../../domain/finding.ts";
import type { ImagePin } from "../../domain/hub.ts";
import { imageValues } from "../../domain/merge-values.ts";
import { blame } from "../blame.ts";
import type { Layer } from "../load-layers.ts";
import type { TypedFile } from "../read-file.ts";
import type { YamlPath } from "../read-yaml.ts";
import type { HubployFile } from "../schemas/hubploy-schema.ts";

/** Where hubploy puts every image, whatever the file says of a path. */
export const IMAGE_VALUE_PATH = "jupyterhub.singleuser.image";

interface NamedImage {
  written: string;
  path: YamlPath;
}

/**
 * The images of a hubploy.yaml as layers of values, in the order in which hubploy sets them: each overwrites the one before.
 */
export function readImages(file: TypedFile<HubployFile>): { layers: Layer[]; findings: Finding[] } {
  const { images } = file.content;
  if (!images) return { layers: [], findings: [] };
  const named = namedImages(images);
  if (named.length === 0) return { layers: [], findings: [noImage(file)] };
  const [inOrder, refused] = [
    named.filter(({ written }) => written.split(":").length <= 2),
    named.filter(({ written }) => written.split(":").length > 2),
  ];
  return {
    layers: inOrder.map((image) => toLayer(file, image)),
    findings: [...refused.map((image) => twoColons(file, image)), ...overwritten(file, inOrder)],
  };
}

/** One image by its own key takes the place of the list. */
function namedImages({ image_name: single, images = [] }: NonNullable<HubployFile["images"]>): NamedImage[] {
  if (single !== undefined) return [{ written: single, path: ["images", "image_name"] }];
  return images.map(({ name }, index) => ({ written: name, path: ["images", "images", index, "name"] }));
}

function toLayer({ yaml }: TypedFile<HubployFile>, { written, path }: NamedImage): Layer {
  const values = imageValues(parseImage(written), IMAGE_VALUE_PATH);
  return {
    layer: { kind: "plain", file: yaml.file, values },
    yaml: { file: yaml.file, value: values, placeOf: () => yaml.placeOf(path) },
  };
}

function parseImage(written: string): ImagePin {
  const [name = "", tag] = written.split(":");
  return { name, ...(tag === undefined ? {} : { tag }) };
}

/** Seen at DataHub: the second image was meant for one profile and became everybody's. */
function overwritten({ yaml }: TypedFile<HubployFile>, images: readonly NamedImage[]): Finding[] {
  const last = images.at(-1);
  if (images.length < 2 || !last) return [];
  return [
    {
      code: "two-images",
      severity: "warn",
      what: `${images.length} images are listed, and only the last of them is used.`,
      why: "hubploy puts each at jupyterhub.singleuser.image, where it overwrites the one before: the last becomes everybody's.",
      fix: "List the image that everybody gets, and name others where they are used, such as in profileList.",
      at: yaml.placeOf(last.path),
    },
  ];
}

function noImage({ yaml }: TypedFile<HubployFile>): Finding {
  return blame(yaml.placeOf(["images"]), {
    code: "hubploy-images",
    what: 'Under "images" there is neither a list "images" nor an "image_name".',
    why: "hubploy stops with an error when it looks for the images, so the hub cannot be deployed.",
    fix: 'Write the image as "image_name: registry/name:tag", or remove "images".',
  });
}

function twoColons({ yaml }: TypedFile<HubployFile>, { path }: NamedImage): Finding {
  return blame(yaml.placeOf(path), {
    code: "hubploy-images",
    what: "The image has more than one colon.",
    why: "hubploy splits the image at its colons and stops with an error when there are two: a registry with a port cannot be named here.",
    fix: "Name the image in the values instead, as jupyterhub.singleuser.image with name and tag.",
  });
}
