import type { Finding } from "../domain/finding.ts";
import { oncePer } from "../domain/once-per.ts";
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
  const read = new Set(sharedValuesFiles(environments));
  // A hub.yaml that cannot be read says nothing of its environments: then all of the fleet's count.
  for (const hub of hubs) for (const file of listedFiles(hub) ?? filesOf(hub, environments)) read.add(file);
  return [...files]
    .filter((file) => !read.has(file) && /^(?:hubs|values)\/.*\.ya?ml$/.test(file))
    .map((file) => unreadFile(file, suggestName(file, [...read])));
}

const listedFiles = oncePer((hub: LoadedHub) => hub.listed && filesOf(hub, hub.listed));

function filesOf({ name }: LoadedHub, environments: readonly string[]): string[] {
  const paths = hubFiles(name);
  return [
    paths.hub,
    ...environments.flatMap((environment) => [paths.pins(environment), ...paths.values(environment), paths.secrets(environment)]),
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
