/** Where each file of a hubploy fleet is. */
const DEPLOYMENT = /^deployments\/([^/]+)\/./;

/** The environments that hubploy knows, in promotion order. */
export const ENVIRONMENTS = ["develop", "staging", "prod"];

export function isHubployFleet(files: Iterable<string>): boolean {
  return [...files].some((file) => /^deployments\/[^/]+\/hubploy\.yaml$/.test(file));
}

/** `template` holds the files that a new hub is made from, and a name with braces or `.disabled` is not in use. */
export function deploymentFolders(files: Iterable<string>): string[] {
  const names = [...files].flatMap((file) => DEPLOYMENT.exec(file)?.[1] ?? []);
  return [...new Set(names)].filter((name) => name !== "template" && !/[{}]|\.disabled$/.test(name)).sort();
}

export function deploymentFiles(hub: string) {
  const folder = `deployments/${hub}`;
  return {
    hubploy: `${folder}/hubploy.yaml`,
    common: `${folder}/config/common.yaml`,
    config: (environment: string) => `${folder}/config/${environment}.yaml`,
    secrets: (environment: string) => `${folder}/secrets/${environment}.yaml`,
    /** Some keep all secrets in a repository of its own, which is a submodule here. */
    secretsElsewhere: (environment: string) => `secrets/deployments/${hub}/secrets/${environment}.yaml`,
  };
}

/** The files of each hub, those included that are kept elsewhere, by the hub's name. */
export function filesByDeployment(files: Iterable<string>): Map<string, string[]> {
  const hubs = new Map<string, string[]>();
  for (const file of files) {
    const name = /^(?:secrets\/)?deployments\/([^/]+)\/./.exec(file)?.[1];
    if (name === undefined) continue;
    const own = hubs.get(name) ?? [];
    own.push(file);
    hubs.set(name, own);
  }
  return hubs;
}

/** The environments that some file of the hub is for. */
export function environmentsOf(hub: string, files: ReadonlySet<string>): string[] {
  const paths = deploymentFiles(hub);
  return ENVIRONMENTS.filter((each) => files.has(paths.config(each)) || files.has(paths.secrets(each)));
}

/** Whether a path is one that would be read, or a folder that would hold such. Keys and notes that lie beside are nobody's values. */
export function isOfDeployment(path: string, charts: readonly string[]): boolean {
  if (charts.some((folder) => path === folder || path.startsWith(`${folder}/`))) return true;
  const [top, hub, part, file, ...deeper] = path.split("/");
  if (path === "campanile.yaml" || path === "deployments") return true;
  if (top !== "deployments" || hub === undefined || hub === "template" || /[{}]|\.disabled$/.test(hub)) return false;
  if (part === undefined || part === "hubploy.yaml") return true;
  return (part === "config" || part === "secrets") && deeper.length === 0 && (file === undefined || file.endsWith(".yaml"));
}

/** Folders at the top that are charts. */
export function chartFolders(files: Iterable<string>): string[] {
  return [...files].flatMap((file) => /^([^/]+)\/Chart\.yaml$/.exec(file)?.[1] ?? []).sort();
}
