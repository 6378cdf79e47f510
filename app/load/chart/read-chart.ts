import { z } from "zod";
import type { Chart, DeclaredDependency } from "../../domain/chart/chart.ts";
import { ConfigError } from "../../domain/errors.ts";
import { isJsonObject, type Json } from "../../domain/json.ts";
import { readYaml } from "../read-yaml.ts";

/** A chart's files by their path below it. */
export type ChartFiles = ReadonlyMap<string, Buffer>;

export interface ReadChart {
  chart: Chart;
  /** The versions that the lock file chose, by the dependency's name. */
  locked: ReadonlyMap<string, string>;
}

/** Without quotes, 1.0 is a number. */
const numberOrText = z.union([z.string(), z.number()]).transform(String);

const dependencySchema = z.looseObject({
  name: z.string(),
  version: z.string().default(""),
  repository: z.string().optional(),
  alias: z.string().optional(),
  condition: z.string().optional(),
  tags: z.array(z.string()).optional(),
  "import-values": z.array(z.union([z.string(), z.looseObject({ child: z.string(), parent: z.string() })])).optional(),
});

const dependencyList = z.looseObject({ dependencies: z.array(dependencySchema).nullish() });

const chartSchema = dependencyList.extend({
  // Helm reads a chart without it as one of the first kind.
  apiVersion: z.string().default("v1"),
  name: z.string(),
  version: numberOrText,
  appVersion: numberOrText.optional(),
  kubeVersion: z.string().optional(),
});

const lockSchema = z.looseObject({
  dependencies: z.array(z.looseObject({ name: z.string(), version: z.string() })).nullish(),
});

/** A chart of the kind `v1` names its dependencies in files of their own. */
const OLD_DEPENDENCIES = "requirements.yaml";
const OLD_LOCK = "requirements.lock";

/**
 * What a chart says of its values, itself and all that is packed inside it.
 * @param title how people call the chart, for errors
 * @throws {ConfigError} `chart-unreadable`
 */
export function readChart(files: ChartFiles, title: string): ReadChart {
  const { apiVersion, name, version, appVersion, kubeVersion, dependencies } = parsed(files, "Chart.yaml", chartSchema, title);
  const isOld = apiVersion === "v1" && files.has(OLD_DEPENDENCIES);
  const declared = isOld ? parsed(files, OLD_DEPENDENCIES, dependencyList, title).dependencies : dependencies;
  const lockFile = isOld ? OLD_LOCK : "Chart.lock";
  const locked = files.has(lockFile) ? (parsed(files, lockFile, lockSchema, title).dependencies ?? []) : [];
  const values = files.has("values.yaml") ? parseYaml(files, "values.yaml", title) : null;
  const schema = readSchema(files, title);
  return {
    chart: {
      name,
      version,
      ...(appVersion === undefined ? {} : { appVersion }),
      ...(kubeVersion === undefined ? {} : { kubernetesRange: kubeVersion }),
      values: isJsonObject(values) ? values : {},
      ...(schema === undefined ? {} : { schema }),
      ...(declared ? { dependencies: declared.map(toDependency) } : {}),
      subcharts: chartsInside(files).map(([folder, inside]) => readChart(inside, `${title}/charts/${folder}`).chart),
    },
    locked: new Map(locked.map((each) => [each.name, each.version])),
  };
}

function parsed<Content>(files: ChartFiles, file: string, schema: z.ZodType<Content>, title: string): Content {
  const result = schema.safeParse(parseYaml(files, file, title) ?? {});
  if (result.success) return result.data;
  const paths = result.error.issues.map(({ path }) => path.join("."));
  throw unreadable(title, file, `It lacks something, or has something else, at: ${[...new Set(paths)].slice(0, 5).join(", ")}.`);
}

function parseYaml(files: ChartFiles, file: string, title: string): Json {
  const content = files.get(file);
  if (!content) throw unreadable(title, file, "The chart has no such file.");
  const { yaml, findings } = readYaml(file, content);
  if (yaml) return yaml.value;
  const [fault] = findings;
  throw unreadable(title, file, fault ? `${fault.what} (line ${fault.at.line})` : "It is no YAML.");
}

function readSchema(files: ChartFiles, title: string): Json | undefined {
  const content = files.get("values.schema.json");
  if (!content) return undefined;
  try {
    return z.json().parse(JSON.parse(content.toString("utf8")));
  } catch {
    throw unreadable(title, "values.schema.json", "It is no JSON.");
  }
}

function toDependency({
  "import-values": importValues,
  name,
  version,
  repository,
  alias,
  condition,
  tags,
}: z.output<typeof dependencySchema>): DeclaredDependency {
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

/** Unpacked charts in `charts/`; Helm leaves out names that begin with a dot or an underscore. */
function chartsInside(files: ChartFiles): [string, ChartFiles][] {
  const inside = new Map<string, Map<string, Buffer>>();
  for (const [path, content] of files) {
    const [, folder, rest] = /^charts\/([^/._][^/]*)\/(.+)$/.exec(path) ?? [];
    if (folder === undefined || rest === undefined) continue;
    const own = inside.get(folder) ?? new Map<string, Buffer>();
    own.set(rest, content);
    inside.set(folder, own);
  }
  return [...inside];
}

function unreadable(title: string, file: string, why: string): ConfigError {
  return new ConfigError({
    code: "chart-unreadable",
    what: `${file} of the chart ${title} cannot be read.`,
    why,
    fix: "Mend the chart, or name a version of it that is whole.",
    at: { file, line: 1 },
  });
}
