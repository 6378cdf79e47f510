import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Mirrors, redirect } from "../../domain/chart/via-mirrors.ts";
import { refusedAddress, unreachable } from "./chart-errors.ts";
import type { ChartSource } from "./chart-source.ts";

const TIME_LIMIT_MS = 30_000;

export interface Mirrored {
  address: string;
  /** Whoever runs Campanile named this address; else it comes out of files that anybody may propose. */
  isTrusted: boolean;
  /** Ends it before the usual time. */
  signal?: AbortSignal;
}

/** @param mirrors of whoever runs Campanile */
export function mirrored(address: string, mirrors: Mirrors): Mirrored {
  const instead = redirect(address, mirrors);
  return instead === undefined ? { address, isTrusted: false } : { address: instead, isTrusted: true };
}

/** @returns the folder that an address of a mirror names; undefined for one on the network */
export function folderOf({ address }: Mirrored): string | undefined {
  if (address.startsWith("file://")) return fileURLToPath(address);
  return /^[a-z][a-z0-9+.-]*:\/\//.test(address) ? undefined : path.resolve(address);
}

/**
 * Fetches over HTTP, or reads below a mirror's folder.
 * @throws {ClusterError} `chart-repository-unreachable`; {ConfigError} `chart-address` for an address that nobody outside may name
 */
export async function download(from: Mirrored, limitBytes: number, source: ChartSource, headers = {}): Promise<Buffer> {
  const folder = folderOf(from);
  if (folder !== undefined) return readBelow(folder, limitBytes, source);
  const response = await request(from, source, headers);
  if (!response.ok || !response.body) throw unreachable(source, `It answered ${response.status}`);
  return readBody(response, limitBytes, source);
}

/** One request, with redirects only to addresses that may be asked. */
export async function request(from: Mirrored, source: ChartSource, headers: Record<string, string> = {}): Promise<Response> {
  let { address } = from;
  for (let hop = 0; hop < 5; hop++) {
    if (!from.isTrusted && !isPublicAddress(address)) throw refusedAddress(source, address);
    const response = await send({ ...from, address }, source, hop === 0 ? headers : {});
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    const next = URL.parse(location, address);
    if (!next) throw unreachable(source, "It redirects to what is no address");
    address = next.href;
  }
  throw unreachable(source, "It redirects in a circle");
}

async function send({ address, signal }: Mirrored, source: ChartSource, headers: Record<string, string>): Promise<Response> {
  const limits = [AbortSignal.timeout(TIME_LIMIT_MS), ...(signal ? [signal] : [])];
  try {
    return await fetch(address, { headers, redirect: "manual", signal: AbortSignal.any(limits) });
  } catch (error) {
    throw unreachable(source, "It did not answer", error);
  }
}

export async function readBody(response: Response, limitBytes: number, source: ChartSource): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > limitBytes) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(source, "The connection was cut", error);
  }
  if (bytes > limitBytes) throw unreachable(source, `It sent more than ${limitBytes / 1024 / 1024} MiB`);
  return Buffer.concat(chunks);
}

/** A pull request may name any repository: never one inside the network that Campanile runs in. */
function isPublicAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  const isName = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i.test(hostname);
  return protocol === "https:" && isName && !/\.(?:internal|local|localhost|localdomain|svc|test|home|lan)$/i.test(hostname);
}

async function readBelow(file: string, limitBytes: number, source: ChartSource): Promise<Buffer> {
  const content = await readFile(file).catch((error: unknown) => {
    throw unreachable(source, "The folder that stands for it has no such file", error);
  });
  if (content.byteLength > limitBytes) throw unreachable(source, `It has more than ${limitBytes / 1024 / 1024} MiB`);
  return content;
}
