import { readdir, readFile, readlink } from "node:fs/promises";

interface ProcessStatus {
  parent: number;
  /** One letter; "Z" has ended and waits for its parent to notice. */
  state: string;
}

/** Every process below another one, whatever its group and session. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(await Promise.all(pids.map(async (each) => [each, (await statusOf(each))?.parent] as const)));
  const found: number[] = [];
  for (let next = [pid]; next.length > 0; found.push(...next)) {
    next = pids.filter((each) => next.includes(parents.get(each) ?? 0));
  }
  return found;
}

/** @returns those that still run, each with its command */
export async function stillRunning(pids: readonly number[]): Promise<string[]> {
  const lines = await Promise.all(
    pids.map(async (pid) => {
      const status = await statusOf(pid);
      if (status === undefined || status.state === "Z") return [];
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return [`${pid} ${status.state} ${command.replaceAll("\0", " ")}`];
    }),
  );
  return lines.flat();
}

/** Processes that name a folder in their command, for those whose process ids nobody knows. */
export async function namingFolder(dir: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const named = await Promise.all(
    pids.map(async (pid) => ((await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes(dir) ? [pid] : [])),
  );
  return named.flat();
}

/** Where a process takes TCP connections: "127.0.0.1:6443", "[::]:80". */
export async function listeningAddresses(pid: number): Promise<string[]> {
  const files = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => "")));
  const own = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const tables = await Promise.all(["tcp", "tcp6"].map((table) => readFile(`/proc/${pid}/net/${table}`, "utf8")));
  return tables.flatMap((table) =>
    table
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .flatMap(([, local = "", , state, , , , , , inode = ""]) => (state === LISTEN && own.has(inode) ? [addressOf(local)] : [])),
  );
}

/** @see proc_pid_net(5): the state as a number, addresses as words of four bytes, the last byte of each first */
const LISTEN = "0A";

function addressOf(local: string): string {
  const [hex = "", port = ""] = local.split(":");
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, "hex").reverse()]);
  const v6 = Array.from({ length: 8 }, (_, index) => (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16));
  const host = bytes.length === 4 ? bytes.join(".") : `[${new URL(`http://[${v6.join(":")}]`).hostname.slice(1, -1)}]`;
  return `${host}:${Number.parseInt(port, 16)}`;
}

export function signalQuietly(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // It has ended.
  }
}

/** @see proc_pid_stat(5): the name, in parentheses, may itself hold some */
async function statusOf(pid: number): Promise<ProcessStatus | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined) return undefined;
  const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state, parent: Number(parent) };
}
