import type { FilePlace } from "../../domain/finding.ts";
import { isJsonObject, type Json } from "../../domain/json.ts";
import { FLEET_FILE, hubFiles } from "../../load/layout.ts";
import { readYaml, type YamlFile, type YamlPath } from "../../load/read-yaml.ts";

/**
 * Which answer a place in a made file comes from: the made files are not written while they have faults, so nobody could open them there.
 * @returns the nearest answer; the top of the answers for what no answer decides
 */
export function originInAnswers(answers: YamlFile, files: ReadonlyMap<string, string>, at: FilePlace): FilePlace {
  const { yaml } = readYaml(at.file, Buffer.from(files.get(at.file) ?? ""));
  return answers.placeOf(answerPath(at.file, yaml ? pathAt(yaml, at) : []));
}

/** The innermost value at a place: a list item and its first key begin together. */
function pathAt(yaml: YamlFile, at: FilePlace): YamlPath {
  const isThere = (path: YamlPath) => {
    const { line, column } = yaml.placeOf(path);
    return line === at.line && column === (at.column ?? column);
  };
  return pathsIn(yaml.value).findLast(isThere) ?? [];
}

function pathsIn(value: Json, path: YamlPath = []): YamlPath[] {
  const inner = Array.isArray(value) ? [...value.entries()] : isJsonObject(value) ? Object.entries(value) : [];
  return [path, ...inner.flatMap(([key, each]) => pathsIn(each, [...path, key]))];
}

/** Where `fleetFiles` took it from. */
function answerPath(file: string, path: YamlPath): YamlPath {
  if (file === FLEET_FILE) return ["fleet", ...path];
  const [, name] = /^hubs\/([^/]+)\//.exec(file) ?? [];
  if (name === undefined) return [];
  const hub = ["hubs", name];
  if (file === hubFiles(name).hub) return [...hub, "hub", ...path];
  if (file.includes("/pins/")) return path[0] === "hub" ? ["chart", ...path.slice(1)] : [...hub, ...path];
  const [, environment] = /\/values\/(.+)\.yaml$/.exec(file) ?? [];
  if (environment !== undefined && environment !== "common") return [...hub, "hub", "environments", environment, "url"];
  const memory = path.indexOf("singleuser") + 1;
  return memory > 0 && path[memory] === "memory" ? [...hub, ...path.slice(memory)] : hub;
}
