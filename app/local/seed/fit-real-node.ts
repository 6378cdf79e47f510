import { parseDocument } from "yaml";
import { COURSE_REPOSITORY } from "./course-materials.ts";
import { buildSampleImages } from "./sample-artefacts.ts";

/** A file that every hub of the sample starts from. */
const COMMON_VALUES = "values/common.yaml";

export interface RealNodeParts {
  /** Digests of images in which programs run, by name and tag. */
  images: Readonly<Record<string, string>>;
  /** The address at which servers on the node reach the course's repository. */
  course: string;
}

/** As the sample's link names it. */
const COURSE = encodeURIComponent(`https://github.com/berkeley/${COURSE_REPOSITORY}`);

/**
 * The sample fleet for a cluster whose only node is a real one: its pins name images in which programs run, its link leads to a repository that is there,
 * and hubs go where users go.
 * @param files of the fleet by path
 */
export async function fitRealNode(
  files: Readonly<Record<string, string>>,
  { images, course }: RealNodeParts,
): Promise<Record<string, string>> {
  const samples = await buildSampleImages();
  const withDigests = (text: string) =>
    samples.reduce((result, { name, tag, digest }) => result.replaceAll(digest, images[`${name}:${tag}`] ?? digest), text);
  const fitted = Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path, withDigests(text).replaceAll(COURSE, encodeURIComponent(course))]),
  );
  const values = parseDocument(fitted[COMMON_VALUES] ?? "", { version: "1.1" });
  const scheduling = { corePods: { nodeAffinity: { matchNodePurpose: "prefer" } } };
  values.setIn(["jupyterhub", "scheduling"], values.createNode(scheduling));
  return { ...fitted, [COMMON_VALUES]: values.toString({ lineWidth: 0 }) };
}
