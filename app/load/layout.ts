/** Where each file of a fleet is. Nothing else knows these paths but `campanile init`. */
export const FLEET_FILE = "campanile.yaml";

/** Whether a path is of the fleet, or a folder that would hold some of it. */
export function isOfFleet(path: string): boolean {
  return /^(?:campanile\.yaml|(?:hubs|values|calendars)(?:\/.*)?)$/s.test(path);
}

/** Values that all hubs start from, lowest first: for all environments, then for each. */
export function sharedValuesFiles(environments: readonly string[]): string[] {
  return ["common", ...environments].map((name) => `values/${name}.yaml`);
}

/** Calendars by their files' names, in their order: `calendars/data8.ics` is `data8`. */
export function calendarFiles(files: Iterable<string>): { file: string; name: string }[] {
  const named: { file: string; name: string }[] = [];
  for (const file of files) {
    // Of a large fleet's thousands of files hardly any is one.
    if (!file.startsWith("calendars/")) continue;
    const name = /^calendars\/([^/]+)\.ics$/.exec(file)?.[1];
    if (name !== undefined) named.push({ file, name });
  }
  return named.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** The files below each folder of `hubs/`, by the folder's name. */
export function filesByHub(files: Iterable<string>): Map<string, string[]> {
  const hubs = new Map<string, string[]>();
  for (const file of files) {
    const name = /^hubs\/([^/]+)\/./.exec(file)?.[1];
    if (name === undefined) continue;
    const own = hubs.get(name) ?? [];
    own.push(file);
    hubs.set(name, own);
  }
  return hubs;
}

/** The environments that some file of the hub is for. */
export function environmentsWithFiles(hub: string, files: Iterable<string>): string[] {
  const names = [...files].flatMap((file) => {
    const [, of, name] = /^hubs\/([^/]+)\/(?:pins|values|secrets)\/([^/]+)\.yaml$/.exec(file) ?? [];
    return of === hub && name !== undefined && name !== "common" ? [name] : [];
  });
  return [...new Set(names)].sort();
}

export function hubFiles(hub: string) {
  const folder = `hubs/${hub}`;
  return {
    hub: `${folder}/hub.yaml`,
    pins: (environment: string) => `${folder}/pins/${environment}.yaml`,
    /** Lowest first. */
    values: (environment: string) => [`${folder}/values/common.yaml`, `${folder}/values/${environment}.yaml`],
    secrets: (environment: string) => `${folder}/secrets/${environment}.yaml`,
  };
}
