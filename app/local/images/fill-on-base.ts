// Runs in a mount namespace of its own, so that no mount is left, whatever becomes of it. What the steps change on top of the base
// is the layer. Given in JSON as the only argument.
import { access, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

export interface FillOnBase {
  /** Folders with the files of the layers below, the lowest first. */
  base: readonly string[];
  /** Gets what the steps add and change. */
  tree: string;
  /** An empty folder on the same disk. */
  work: string;
  /** Folders and files of this machine that the steps may read, by their place inside. */
  given: Readonly<Record<string, string>>;
  /** Programs with their arguments, run one after the other as root inside. */
  steps: readonly (readonly string[])[];
  environment: Readonly<Record<string, string>>;
}

const STEP_LIMIT_MS = 20 * 60_000;
/** Only stood in while the steps ran. */
const NOT_OF_THE_LAYER = ["etc/resolv.conf", "proc", "dev", "tmp", "given", "root/.cache"];

async function main(): Promise<void> {
  const { base, tree, work, given, steps, environment }: FillOnBase = JSON.parse(process.argv[2] ?? "");
  const mount = async (...args: string[]) => void (await execa("mount", args));
  const [workdir, root] = [path.join(work, "overlay"), path.join(work, "root")];
  await Promise.all([mkdir(workdir), mkdir(root)]);
  await mount(
    "-t",
    "overlay",
    "-o",
    `lowerdir=${base.toReversed().join(":")},upperdir=${tree},workdir=${workdir}${(await hasOwnUsers()) ? ",userxattr" : ""}`,
    "overlay",
    root,
  );
  await mount("-t", "proc", "proc", path.join(root, "proc"));
  await mount("--rbind", "/dev", path.join(root, "dev"));
  await mount("-t", "tmpfs", "tmpfs", path.join(root, "tmp"));
  for (const [inside, outside] of Object.entries({ ...MACHINES_OWN, ...given })) {
    if (!(await isThere(outside))) continue;
    const place = path.join(root, inside);
    await mkdir((await isFolder(outside)) ? place : path.dirname(place), { recursive: true });
    if (!(await isThere(place))) await writeFile(place, "");
    await mount("--rbind", outside, place);
  }
  for (const [program = "", ...args] of steps) {
    await execa("chroot", [root, program, ...args], {
      env: { ...OWN_ENVIRONMENT, ...environment },
      extendEnv: false,
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
      timeout: STEP_LIMIT_MS,
    });
  }
  // With all that is mounted below. One by one, what came along with /dev could not be unmounted by somebody who is root only here.
  await execa("umount", ["--lazy", root]);
  await Promise.all(NOT_OF_THE_LAYER.map((name) => rm(path.join(tree, name), { recursive: true, force: true })));
}

/**
 * Whoever is root only among users of their own may not write the attributes by which an overlay remembers a folder that was replaced.
 * @see user_namespaces(7): the machine's own users are mapped one to one, all of them
 */
async function hasOwnUsers(): Promise<boolean> {
  return !/^\s*0\s+0\s+4294967295\s*$/.test(await readFile("/proc/self/uid_map", "utf8"));
}

/** How names are resolved, and whom to trust: a machine behind a proxy has an idea of its own. */
const MACHINES_OWN = {
  "etc/resolv.conf": "/etc/resolv.conf",
  "etc/ssl/certs/ca-certificates.crt": "/etc/ssl/certs/ca-certificates.crt",
};
const OWN_ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LANG: "C.UTF-8",
};

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function isFolder(file: string): Promise<boolean> {
  return (await stat(file)).isDirectory();
}

await main();
