import { copyTable, dropNulls, isTable, type Table, type TableValue } from "./table.ts";
import type { WorkingChart } from "./working-chart.ts";

/** Something that Helm leaves out of the values and only mentions in a log. */
export interface ValueWarning {
  /** A map meets a text, number or list. Globals: the same, below `global`. */
  kind: "map-kept" | "map-left-out" | "default-left-out" | "global-left-out";
  /** As Helm prints it: chart names and keys, joined by dots. */
  path: string;
}

/** Helm refuses values that give a dependency something else than a map. */
export class DependencyNotAMap extends Error {
  readonly dependency: string;
  constructor(dependency: string) {
    super(`the values of ${dependency} are not a map`);
    this.dependency = dependency;
  }
}

/**
 * `coalesce` deletes what a null asks to delete; `merge` keeps nulls, for the chart further in to obey.
 */
export type MergeMode = "coalesce" | "merge";

type Warn = (warning: ValueWarning) => void;

/**
 * Values of a chart with the defaults of it and all charts inside it below them, exactly as Helm does it, oddities included.
 * @param given left as it is
 * @throws {DependencyNotAMap}
 * @see Helm 4, `pkg/chart/common/util/coalesce.go`; the test compares with the real Helm
 */
export function coalesceChart(chart: WorkingChart, given: Table, mode: MergeMode, warn: Warn): Table {
  return coalesce(chart, copyTable(given), { prefix: "", mode, warn });
}

interface Around {
  prefix: string;
  mode: MergeMode;
  warn: Warn;
}

const join = (prefix: string, key: string) => (prefix === "" ? key : `${prefix}.${key}`);

function coalesce(chart: WorkingChart, values: Table, around: Around): Table {
  addDefaults(chart, values, around);
  const inside = { ...around, prefix: join(around.prefix, chart.metadata.name) };
  for (const subchart of chart.subcharts) {
    const { name } = subchart.metadata;
    const given = values.get(name) ?? (values.has(name) ? null : new Map());
    if (!isTable(given)) throw new DependencyNotAMap(join(inside.prefix, name));
    passGlobals(values, given, inside);
    values.set(name, coalesce(subchart, given, inside));
  }
  return values;
}

/** The chart's own `values.yaml` below what is given. */
function addDefaults(chart: WorkingChart, values: Table, { prefix, mode, warn }: Around): void {
  const inside = join(prefix, chart.metadata.name);
  for (const [key, standard] of copyTable(chart.values)) {
    const value = values.get(key);
    if (value === undefined) addDefault(values, key, standard, mode);
    else if (value === null && mode === "coalesce") values.delete(key);
    else if (isTable(value)) {
      if (isTable(standard)) {
        // What is below a dependency's name is for that chart to obey, nulls too.
        const isForSubchart = chart.subcharts.some((each) => each.metadata.name === key);
        const innerMode = isForSubchart ? "merge" : mode;
        if (innerMode === "coalesce") dropNulls(standard);
        mergeTables(value, standard, { prefix: join(inside, key), mode: innerMode, warn });
      } else if (standard !== null) warn({ kind: "default-left-out", path: join(inside, key) });
    }
  }
}

function addDefault(values: Table, key: string, standard: TableValue, mode: MergeMode): void {
  if (mode === "coalesce") {
    if (standard === null) return;
    if (isTable(standard)) dropNulls(standard);
  }
  values.set(key, standard);
}

const GLOBAL = "global";

/** What is below `global` reaches every chart further in; the outer chart's word counts more. */
function passGlobals(outer: Table, inner: Table, { prefix, warn }: Around): void {
  const own = inner.get(GLOBAL) ?? (inner.has(GLOBAL) ? null : new Map());
  if (!isTable(own)) {
    warn({ kind: "global-left-out", path: GLOBAL });
    return;
  }
  const passed = outer.get(GLOBAL) ?? (outer.has(GLOBAL) ? null : new Map());
  if (!isTable(passed)) {
    warn({ kind: "global-left-out", path: GLOBAL });
    return;
  }
  for (const [key, value] of passed) {
    const below = own.get(key);
    if (isTable(value)) passGlobalTable(own, key, value, { prefix, mode: "merge", warn });
    else if (isTable(below)) warn({ kind: "global-left-out", path: key });
    else own.set(key, value);
  }
  inner.set(GLOBAL, own);
}

function passGlobalTable(own: Table, key: string, value: Table, around: Around): void {
  // Shallow, as Helm's: what is deeper inside is shared with the outer chart.
  const passed = new Map(value);
  const below = own.get(key);
  if (below === undefined) own.set(key, passed);
  else if (!isTable(below)) around.warn({ kind: "global-left-out", path: key });
  else {
    mergeTables(passed, below, { ...around, prefix: join(around.prefix, key) });
    own.set(key, passed);
  }
}

/**
 * Puts `lower` below `upper`, in place.
 * @returns `upper`
 */
export function mergeTables(upper: Table, lower: Table, around: Around): Table {
  const { prefix, mode, warn } = around;
  const isSetBelow = new Set([...lower].filter(([, value]) => value !== null).map(([key]) => key));
  for (const [key, value] of upper) if (value === null) lower.set(key, null);
  for (const [key, value] of lower) {
    const above = upper.get(key);
    if (above === null && mode === "coalesce" && isSetBelow.has(key)) upper.delete(key);
    else if (above === undefined) upper.set(key, value);
    else if (isTable(value)) {
      if (isTable(above)) mergeTables(above, value, { ...around, prefix: join(prefix, key) });
      else warn({ kind: "map-left-out", path: join(prefix, key) });
    } else if (isTable(above) && value !== null) warn({ kind: "map-kept", path: join(prefix, key) });
  }
  return upper;
}
