import type { Fleet } from "../../domain/hub.ts";

export interface Wanted {
  hub?: string | undefined;
  environment?: string | undefined;
}

/** Whether a file concerns a hub and an environment. Shared files concern every hub, and common ones every environment. */
export function isWanted({ hub, environment }: Wanted, fleet: Fleet | undefined, file: string): boolean {
  if (hub === undefined && environment === undefined) return true;
  if (!fleet) return isNamedAfter(hub, environment, file);
  const users = usersOf(fleet, file);
  return (
    users.length === 0 ||
    users.some(
      (user) =>
        (hub === undefined || user.hub === hub) &&
        (environment === undefined || user.environment === undefined || user.environment === environment),
    )
  );
}

/** Without a fleet nobody knows who reads a file, but both layouts name it after its hub and environment. */
function isNamedAfter(hub: string | undefined, environment: string | undefined, file: string): boolean {
  const [top = "", folder, , name] = file.split("/");
  if (!["hubs", "deployments"].includes(top)) return true;
  const isOfEnvironment =
    environment === undefined || name === undefined || ["common.yaml", `${environment}.yaml`].includes(name);
  return (hub === undefined || folder === hub) && isOfEnvironment;
}

interface User {
  hub: string;
  /** Absent where the file is for all of the hub. */
  environment?: string;
}

function usersOf(fleet: Fleet, file: string): User[] {
  return fleet.hubs.flatMap(({ name, environments }): User[] => {
    const users = environments.filter((each) => each.pinsFile === file || each.valueLayers.some((layer) => layer.file === file));
    if (users.length > 0) return users.map(({ environment }) => ({ hub: name, environment }));
    const folder = environments[0]?.pinsFile.split("/").slice(0, 2).join("/");
    return folder !== undefined && file.startsWith(`${folder}/`) ? [{ hub: name }] : [];
  });
}
