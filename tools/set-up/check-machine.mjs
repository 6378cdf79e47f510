import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";

const OLDEST_NODE = "20.0";
/** The first with `git merge-tree --write-tree`, by which pull requests are merged without a checkout. */
const OLDEST_GIT = "2.38";

/** The first one found is the machine's own. Looked up by file, because a PATH that lacks git may lack these too. */
const PACKAGE_MANAGERS = [
  { file: "/usr/bin/apt-get", install: "sudo apt-get install", packageOf: { libatomic: "libatomic1" } },
  { file: "/usr/bin/dnf", install: "sudo dnf install" },
  { file: "/sbin/apk", install: "sudo apk add" },
  { file: "/usr/bin/pacman", install: "sudo pacman -S", packageOf: { libatomic: "gcc-libs" } },
  { file: "/usr/bin/zypper", install: "sudo zypper install", packageOf: { libatomic: "libatomic1" } },
  { file: "/opt/homebrew/bin/brew", install: "brew install" },
  { file: "/usr/local/bin/brew", install: "brew install" },
];

/** @returns {{what: string, fix: string}[]} everything that the machine lacks, not only the first */
export function findMissing() {
  const missing = [];
  if (isOlder(process.versions.node, OLDEST_NODE)) {
    missing.push({ what: `Node ${OLDEST_NODE} or newer (this is ${process.versions.node})`, fix: "nvm install --lts" });
  }
  if (!isOnPath("npm")) missing.push({ what: "npm", fix: installCommand("npm") });
  const git = gitVersion();
  if (git === undefined) missing.push({ what: "git", fix: installCommand("git") });
  else if (isOlder(git, OLDEST_GIT)) {
    missing.push({
      what: `git ${OLDEST_GIT} or newer (this is ${git})`,
      fix: `${installCommand("git")}, or https://git-scm.com/downloads`,
    });
  }
  if (!isOnPath("python3")) missing.push({ what: "python3", fix: installCommand("python3") });
  return missing;
}

/** @param {{what: string, fix: string}[]} missing */
export function describeMissing(missing) {
  const lines = missing.map(({ what, fix }) => `  ${what}\n    install it: ${fix}\n`);
  return `campanile: this machine lacks what Campanile needs to start:\n${lines.join("")}Then run the same command again.\n`;
}

/** @param {string} name of a package, as most call it */
export function installCommand(name) {
  const manager = PACKAGE_MANAGERS.find(({ file }) => existsSync(file));
  if (manager === undefined) return `with your system's package manager (package ${name})`;
  return `${manager.install} ${manager.packageOf?.[name] ?? name}`;
}

function gitVersion() {
  const { status, stdout } = spawnSync("git", ["--version"], {
    encoding: "utf8",
    timeout: 10_000,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? (/\d+\.\d+(\.\d+)?/.exec(stdout) ?? ["0.0"])[0] : undefined;
}

function isOnPath(name) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function isOlder(version, than) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split(".").map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}
