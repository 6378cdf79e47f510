import type { FilePlace, Finding } from "../domain/finding.ts";
import type { ValueLayer } from "../domain/hub.ts";
import { hasValueAt } from "../domain/value-at.ts";
import { hubFiles, sharedValuesFiles } from "./layout.ts";
import type { FleetContext } from "./load-hub.ts";
import { markOpaqueMaps } from "./opaque-maps.ts";
import { readFile, type TypedFile } from "./read-file.ts";
import { readSecrets } from "./read-secrets.ts";
import type { YamlFile, YamlPath } from "./read-yaml.ts";

/** One layer of a release's values, with the places of its keys. */
export interface Layer {
  layer: ValueLayer;
  yaml: YamlFile;
}

/** All values files of one hub in one environment, in Helm's order. Each may be missing. */
export async function loadLayers(
  context: FleetContext,
  hub: string,
  environment: string,
): Promise<{ layers: Layer[]; findings: Finding[] }> {
  const paths = hubFiles(hub);
  const shared = sharedValuesFiles([environment]).flatMap((path) => context.sharedValues.get(path)?.file ?? []);
  const layers = shared.map(plainLayer);
  const findings: Finding[] = [];
  for (const path of paths.values(environment).filter((each) => context.files.has(each))) {
    const read = await readFile(context.tree, path, "values");
    findings.push(...read.findings);
    if (read.file) layers.push(plainLayer(read.file));
  }
  const secrets = paths.secrets(environment);
  if (context.files.has(secrets)) {
    const read = await readSecrets(context.tree, secrets);
    findings.push(...read.findings);
    if (read.layer) layers.push(read.layer);
  }
  const marked = markOpaqueMaps(layers);
  return { layers: marked.layers, findings: [...findings, ...marked.findings] };
}

/**
 * The topmost layer that has the value, for faults that show only when all layers are merged.
 * @param file when given, only a layer of this file counts
 */
export function placeInLayers(layers: readonly Layer[], path: YamlPath, file?: string): FilePlace | undefined {
  const has = ({ yaml }: Layer) => (file === undefined || yaml.file === file) && hasValueAt(yaml.value, path);
  return layers.findLast(has)?.yaml.placeOf(path);
}

function plainLayer(file: TypedFile<object>): Layer {
  return { layer: { kind: "plain", file: file.yaml.file, values: file.raw }, yaml: file.yaml };
}
