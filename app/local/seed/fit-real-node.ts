import { parseDocument } from "yaml";
import { buildSampleImages } from "./sample-artefacts.ts";

/** A file that every hub of the sample starts from. */
const COMMON_VALUES = "values/common.yaml";

/**
 * The sample fleet for a cluster whose only node is a real one: its pins name images in which programs run, and hubs go where users go.
 * @param files of the fleet by path
 * @param digests of images that truly run, by name and tag
 */
export async function fitRealNode(
  files: Readonly<Record<string, string>>,
  digests: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const samples = await buildSampleImages();
  const withDigests = (text: string) =>
    samples.reduce((result, { name, tag, digest }) => result.replaceAll(digest, digests[`${name}:${tag}`] ?? digest), text);
  const fitted = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, withDigests(text)]));
  const values = parseDocument(fitted[COMMON_VALUES] ?? "", { version: "1.1" });
  const scheduling = { corePods: { nodeAffinity: { matchNodePurpose: "prefer" } } };
  values.setIn(["jupyterhub", "scheduling"], values.createNode(scheduling));
  return { ...fitted, [COMMON_VALUES]: values.toString({ lineWidth: 0 }) };
}
