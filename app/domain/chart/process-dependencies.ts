import { coalesceChart, mergeTables, type ValueWarning } from "./coalesce-values.ts";
import { matchesRange } from "./matches-range.ts";
import { copyTable, leafAt, type Table, tableAt } from "./table.ts";
import { copyMetadata, type WorkingChart, type WorkingDependency } from "./working-chart.ts";

type Warn = (warning: ValueWarning) => void;

/**
 * Renames dependencies after their aliases, takes out those that a condition or tag switches off, and copies values that a chart
 * imports from its dependencies. The chart is changed.
 * @see Helm 4, `pkg/chart/v2/util/dependencies.go`
 */
export function processDependencies(chart: WorkingChart, given: Table, warn: Warn): void {
  dropDisabled(chart, given, "", warn);
  importAllValues(chart, warn);
}

function dropDisabled(chart: WorkingChart, given: Table, path: string, warn: Warn): void {
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return;
  chart.subcharts = nameAfterAliases(chart, declared);
  for (const each of declared) each.isEnabled = true;
  const values = coalesceChart(chart, given, "coalesce", warn);
  obeyTags(declared, values);
  obeyConditions(declared, values, path);
  const disabled = new Set(declared.filter((each) => !each.isEnabled).map(({ name }) => name));
  chart.subcharts = chart.subcharts.filter(({ metadata }) => !disabled.has(metadata.name));
  for (const subchart of chart.subcharts) dropDisabled(subchart, values, `${path}${subchart.metadata.name}.`, warn);
  const kept = declared.filter(({ name }) => !disabled.has(name));
  chart.metadata.dependencies = kept.length === 0 ? undefined : kept;
}

function nameAfterAliases(chart: WorkingChart, declared: readonly WorkingDependency[]): WorkingChart[] {
  const isMeant = ({ metadata }: WorkingChart, { name, version }: WorkingDependency) =>
    metadata.name === name && matchesRange(metadata.version, version);
  const undeclared = chart.subcharts.filter((each) => !declared.some((dependency) => isMeant(each, dependency)));
  const named = declared.flatMap((dependency) => {
    const found = chart.subcharts.find((each) => isMeant(each, dependency));
    const alias = dependency.alias ?? "";
    const copy = found && {
      ...found,
      metadata: { ...copyMetadata(found.metadata), ...(alias === "" ? {} : { name: alias }) },
      subcharts: found.subcharts.map((each) => ({ ...each })),
    };
    if (alias !== "") dependency.name = alias;
    return copy ?? [];
  });
  return [...undeclared, ...named];
}

/** One tag that is true is enough; all that are said must be false to switch off. */
function obeyTags(declared: readonly WorkingDependency[], values: Table): void {
  const tags = tableAt(values, "tags");
  if (!tags) return;
  for (const dependency of declared) {
    const said = (dependency.tags ?? []).map((tag) => tags.get(tag)).filter((value) => typeof value === "boolean");
    dependency.isEnabled = said.includes(true) || said.length === 0;
  }
}

function obeyConditions(declared: readonly WorkingDependency[], values: Table, path: string): void {
  for (const dependency of declared) {
    const said = (dependency.condition ?? "")
      .trim()
      .split(",")
      .filter(Boolean)
      .map((condition) => leafAt(values, path + condition));
    dependency.isEnabled = said.find((value) => typeof value === "boolean") ?? dependency.isEnabled;
  }
}

/** Innermost first, so that an outer chart can import what an inner one imported. */
function importAllValues(chart: WorkingChart, warn: Warn): void {
  for (const subchart of chart.subcharts) importAllValues(subchart, warn);
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return;
  const around = { prefix: "", mode: "merge", warn } as const;
  const values = coalesceChart(chart, new Map(), "merge", warn);
  const imported: Table = new Map();
  for (const { name, importValues = [] } of declared) {
    for (const each of importValues) {
      const { child, parent } = typeof each === "string" ? { child: `exports.${each}`, parent: "." } : each;
      const found = tableAt(values, `${name}.${child}`);
      if (found) mergeTables(imported, parent === "." ? found : nest(parent.split("."), found), around);
    }
  }
  chart.values = mergeTables(copyTable(values), imported, around);
}

function nest(path: readonly string[], inner: Table): Table {
  return path.reduceRight<Table>((around, key) => new Map([[key, around]]), inner);
}
