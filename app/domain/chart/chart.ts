import type { Json, JsonObject } from "../json.ts";

/** A Helm chart as far as its values go: what it starts from, what it accepts, and the charts inside it. */
export interface Chart {
  name: string;
  version: string;
  /** The version of the program it installs, such as JupyterHub's. */
  appVersion?: string;
  /** The Kubernetes versions it says it supports. */
  kubernetesRange?: string;
  /** Its own `values.yaml`. */
  values: JsonObject;
  /** Its own `values.schema.json`. */
  schema?: Json;
  /** As its `Chart.yaml` or `requirements.yaml` names them; without such a list Helm does not look at dependencies at all. */
  dependencies?: DeclaredDependency[];
  /** What lies in its `charts/` folder. */
  subcharts: Chart[];
}

export interface DeclaredDependency {
  name: string;
  /** A version or a range. */
  version: string;
  repository?: string;
  /** The name under which the values are given instead of the chart's own. */
  alias?: string;
  /** Dotted paths, separated by commas: the first that is true or false decides whether the dependency is there. */
  condition?: string;
  tags?: string[];
  importValues?: (string | { child: string; parent: string })[];
}
