import { copyFile, mkdir, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { runStep } from "../../../tools/run-step.ts";
import { type BuiltLayer, ensureLayer } from "./build-layer.ts";

const PACKAGE = path.join(import.meta.dirname, "proxy");
const FILES = ["package.json", "package-lock.json"];

/** configurable-http-proxy, on the Node that this project runs on. */
export async function ensureProxyLayer(cacheDir: string): Promise<BuiltLayer> {
  const texts = await Promise.all(FILES.map((file) => readFile(path.join(PACKAGE, file), "utf8")));
  return ensureLayer({ name: "proxy", inputs: { texts, node: process.version }, fill: installProxy }, cacheDir);
}

async function installProxy(tree: string): Promise<void> {
  const [home, bin] = [path.join(tree, "srv/proxy"), path.join(tree, "usr/local/bin")];
  await Promise.all([home, bin].map((dir) => mkdir(dir, { recursive: true })));
  await Promise.all(FILES.map((file) => copyFile(path.join(PACKAGE, file), path.join(home, file))));
  await runStep({
    name: "configurable-http-proxy: npm ci",
    command: "npm",
    args: ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
    directory: home,
    timeLimitMinutes: 5,
    fix: "See that npm can install from this machine, then run the same command again.",
  });
  await copyFile(process.execPath, path.join(bin, "node"));
  await symlink("/srv/proxy/node_modules/.bin/configurable-http-proxy", path.join(bin, "configurable-http-proxy"));
}
