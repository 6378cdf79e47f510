import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { WorldDescription } from "./start-world.ts";

/** What to type for kubectl and helm on the world's cluster, from the folder that this process runs in. */
export interface Shortcuts {
  kubectl: string;
  helm: string;
}

/** Two small scripts beside `world.json`, so that nobody has to type the paths of programs and kubeconfig. */
export async function writeShortcuts(dir: string, { tools, kubeconfig }: WorldDescription): Promise<Shortcuts> {
  const write = async (name: "kubectl" | "helm") => {
    const file = path.join(dir, name);
    const script = `#!/bin/sh\nKUBECONFIG=${quote(kubeconfig)} exec ${quote(tools[name] ?? name)} "$@"\n`;
    await writeFile(file, script, { mode: 0o755 });
    return typed(file);
  };
  const [kubectl, helm] = await Promise.all([write("kubectl"), write("helm")]);
  return { kubectl, helm };
}

/** The shorter of the two ways to say where a file is, as a shell reads it. */
export function typed(file: string): string {
  const relative = path.relative(process.cwd(), file);
  // A shell looks a bare name up elsewhere.
  const shown = relative.startsWith("..") || !relative.includes(path.sep) ? file : relative;
  return /^[\w./+-]+$/.test(shown) ? shown : quote(shown);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
