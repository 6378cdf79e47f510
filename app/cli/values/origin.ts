import type { PlacedChart } from "../../domain/chart/release-values.ts";
import type { FilePlace } from "../../domain/finding.ts";
import type { HubEnvironment } from "../../domain/hub.ts";
import { hasValueAt, type ValuePath } from "../../domain/value-at.ts";

export interface Placed {
  path: ValuePath;
  /** Where the fleet's files say it; undefined when they don't. */
  place: FilePlace | undefined;
  config: HubEnvironment;
  charts: readonly PlacedChart[];
}

/** Where a value comes from, for people. The pinned image counts more than any file of values. */
export function originOf({ path, place, config, charts }: Placed): string | undefined {
  if (isPinned(path, config) && !isLayer(config.pinsFile, config)) return config.pinsFile;
  if (place) return `${place.file}:${place.line}`;
  const chart = charts.find((each) => isDefaultOf(each, path))?.chart;
  return chart && `chart ${chart.name} ${chart.version}`;
}

function isPinned(path: ValuePath, { pins, imageValuePath }: HubEnvironment): boolean {
  const last = path.at(-1);
  return pins.image !== undefined && path.slice(0, -1).join(".") === imageValuePath && (last === "name" || last === "tag");
}

const isLayer = (file: string, { valueLayers }: HubEnvironment) => valueLayers.some((layer) => layer.file === file);

/** Charts come outermost first, and the outer one's word counts more. */
function isDefaultOf({ chart, path: own }: PlacedChart, path: ValuePath): boolean {
  return own.every((key, index) => path[index] === key) && hasValueAt(chart.values, path.slice(own.length));
}
