import type { Finding } from "../domain/finding.ts";
import { suggestName } from "../domain/suggest-name.ts";
import { blame } from "./blame.ts";
import { hubFiles, sharedValuesFiles } from "./layout.ts";
import type { LoadedHub } from "./load-hub.ts";

/** YAML files that lie where the fleet's are, but that nothing reads: nearly always a misspelt name, whose content has no effect. */
export function findUnreadFiles(
  files: ReadonlySet<string>,
  environments: readonly string[],
  hubs: readonly LoadedHub[],
): Finding[] {
  const read = new Set([...sharedValuesFiles(environments), ...hubs.flatMap((hub) => filesOf(hub, environments))]);
  return [...files]
    .filter((file) => /^(?:hubs|values)\/.*\.ya?ml$/.test(file) && !read.has(file))
    .map((file) => unreadFile(file, suggestName(file, [...read])));
}

function filesOf({ name, listed }: LoadedHub, environments: readonly string[]): string[] {
  const paths = hubFiles(name);
  // A hub.yaml that cannot be read says nothing of its environments: then all of the fleet's count.
  const own = listed ?? environments;
  return [
    paths.hub,
    ...own.flatMap((environment) => [paths.pins(environment), ...paths.values(environment), paths.secrets(environment)]),
  ];
}

function unreadFile(file: string, meant: string | undefined): Finding {
  return blame(
    { file, line: 1 },
    {
      code: "unread-file",
      what: `${file} is read by nothing.`,
      why: "Files are found by their names, and an environment must be listed in campanile.yaml and hub.yaml: what is written here has no effect.",
      fix:
        meant === undefined
          ? "Rename or remove it, or add its environment to hub.yaml."
          : `Did you mean "${meant}"? Else remove the file.`,
    },
  );
}
