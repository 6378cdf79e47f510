import { z } from "zod";
import type { Chart, DeclaredDependency } from "../domain/chart/chart.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { readYaml } from "./read-yaml.ts";

const dependency = z.object({
  name: z.string(),
  version: z.string().default(""),
  repository: z.string().optional(),
  alias: z.string().optional(),
  condition: z.string().optional(),
  tags: z.array(z.string()).optional(),
  "import-values": z.array(z.union([z.string(), z.object({ child: z.string(), parent: z.string() })])).optional(),
});
const chartFile = z.object({
  name: z.string(),
  version: z.coerce.string(),
  kubeVersion: z.string().optional(),
  dependencies: z.array(dependency).nullish(),
});
const requirementsFile = z.object({ dependencies: z.array(dependency).nullish() });

/**
 * A chart from its files, by path below its own folder; those of charts inside it lie below `charts/<anything>/`.
 * @returns undefined for what is no chart
 */
export function parseChart(files: ReadonlyMap<string, Buffer>, folder = ""): Chart | undefined {
  const about = chartFile.safeParse(yamlAt(files, `${folder}Chart.yaml`));
  if (!about.success) return undefined;
  const { name, version, kubeVersion, dependencies } = about.data;
  const declared = dependencies ?? requirementsFile.safeParse(yamlAt(files, `${folder}requirements.yaml`)).data?.dependencies;
  const schema = jsonAt(files, `${folder}values.schema.json`);
  return {
    name,
    version,
    ...(kubeVersion === undefined ? {} : { kubernetesRange: kubeVersion }),
    values: yamlAt(files, `${folder}values.yaml`) ?? {},
    ...(schema === undefined ? {} : { schema }),
    ...(declared ? { dependencies: declared.map(declaredDependency) } : {}),
    subcharts: foldersIn(files, `${folder}charts/`).flatMap((inner) => parseChart(files, inner) ?? []),
  };
}

function declaredDependency({ "import-values": importValues, ...rest }: z.output<typeof dependency>): DeclaredDependency {
  const { name, version, repository, alias, condition, tags } = rest;
  return {
    name,
    version,
    ...(repository === undefined ? {} : { repository }),
    ...(alias === undefined ? {} : { alias }),
    ...(condition === undefined ? {} : { condition }),
    ...(tags === undefined ? {} : { tags }),
    ...(importValues === undefined ? {} : { importValues }),
  };
}

/** Sorted, as Helm reads them. */
function foldersIn(files: ReadonlyMap<string, Buffer>, folder: string): string[] {
  const names = [...files.keys()].flatMap((path) =>
    path.startsWith(folder) ? [path.slice(folder.length).split("/")[0] ?? ""] : [],
  );
  return [...new Set(names)].sort().map((name) => `${folder}${name}/`);
}

function yamlAt(files: ReadonlyMap<string, Buffer>, path: string): JsonObject | undefined {
  const content = files.get(path);
  const value = content && readYaml(path, content).yaml?.value;
  return isJsonObject(value) ? value : undefined;
}

function jsonAt(files: ReadonlyMap<string, Buffer>, path: string): Json | undefined {
  const content = files.get(path);
  if (!content) return undefined;
  try {
    return z.json().parse(JSON.parse(content.toString("utf8")));
  } catch {
    return undefined;
  }
}
