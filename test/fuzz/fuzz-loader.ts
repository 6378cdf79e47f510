import fc from "fast-check";
import type { Finding } from "../../app/domain/finding.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { readYaml } from "../../app/load/read-yaml.ts";
import { makeHubployFleet } from "../fixtures/hubploy/make-hubploy-fleet.ts";
import { treeOf } from "../load/config-trees.ts";
import { brokenYaml } from "../load/generate-yaml.ts";

/** One input in so many is a whole fleet with a file of it broken; the others are single files. */
const FLEET_EVERY = 250;
const CPU_LIMIT_MS = 1000;
const BATCH = 1000;

export interface Fuzzed {
  inputs: number;
  /** Inputs in which nothing was found wrong. */
  accepted: number;
  slowestMs: number;
  /** Of the heap, at the end of each batch. */
  heapPeakBytes: number;
}

/** What went wrong, with the input that did it. */
export class FuzzFailure extends Error {
  override name = "FuzzFailure";
}

/**
 * Feeds the loader with files that are broken in every way, always the same for a seed: it must never throw, never take a second,
 * and every finding must stand on a line that is there.
 * @throws {FuzzFailure}
 */
export async function fuzzLoader(inputs: number, seed: number, onBatch: (done: number) => void = () => {}): Promise<Fuzzed> {
  const fuzzed: Fuzzed = { inputs: 0, accepted: 0, slowestMs: 0, heapPeakBytes: 0 };
  const fleets = smallFleets();
  const parts = fleets.flatMap((files) => Object.values(files)).flatMap((text) => text.match(/[\s\S]{1,500}/g) ?? []);
  while (fuzzed.inputs < inputs) {
    const count = Math.min(BATCH, inputs - fuzzed.inputs);
    const texts = fc.sample(hostileText(parts), {
      numRuns: count,
      seed: seed + fuzzed.inputs,
    });
    for (const [index, text] of texts.entries()) {
      const isFleet = index % FLEET_EVERY === 0;
      const run = isFleet ? () => breakFleet(fleets, text, index) : () => breakFile(text);
      const { findings, cpuMs } = await measured(text, run);
      if (findings.length === 0) fuzzed.accepted += 1;
      fuzzed.slowestMs = Math.max(fuzzed.slowestMs, cpuMs);
      if (cpuMs > CPU_LIMIT_MS) throw new FuzzFailure(`took ${cpuMs} ms: ${JSON.stringify(text)}`);
    }
    fuzzed.inputs += count;
    fuzzed.heapPeakBytes = Math.max(fuzzed.heapPeakBytes, process.memoryUsage().heapUsed);
    onBatch(fuzzed.inputs);
  }
  return fuzzed;
}

/** CPU of this thread alone: what else the machine does is not the input's fault. */
async function measured(text: string, run: () => Promise<Finding[]>): Promise<{ findings: Finding[]; cpuMs: number }> {
  const before = process.threadCpuUsage();
  try {
    const findings = await run();
    const { user, system } = process.threadCpuUsage(before);
    return { findings, cpuMs: (user + system) / 1000 };
  } catch (error) {
    if (error instanceof FuzzFailure) throw error;
    throw new FuzzFailure(`threw ${error instanceof Error ? error.stack : String(error)}\nat ${JSON.stringify(text)}`, {
      cause: error,
    });
  }
}

async function breakFile(text: string): Promise<Finding[]> {
  const { findings } = readYaml("x.yaml", Buffer.from(text));
  checkPlaces(findings, { "x.yaml": text });
  return findings;
}

async function breakFleet(fleets: readonly Record<string, string>[], text: string, index: number): Promise<Finding[]> {
  const fleet = fleets[(index / FLEET_EVERY) % fleets.length] ?? {};
  const names = Object.keys(fleet);
  const file = names[(index * 31 + text.length) % names.length] ?? "";
  const files = { ...fleet, [file]: text };
  const { findings } = await loadFleet(treeOf(files), "0".repeat(40));
  checkPlaces(findings, files);
  return findings;
}

/** A file that is told to be missing has a first line too. */
function checkPlaces(findings: readonly Finding[], files: Readonly<Record<string, string>>): void {
  for (const { at, code, what, why, fix } of findings) {
    const lines = (files[at.file] ?? "").split("\n").length;
    if (at.line < 1 || at.line > lines || what === "" || why === "" || fix === "")
      throw new FuzzFailure(
        `${code} stands on line ${at.line} of ${at.file}, which has ${lines}: ${JSON.stringify(files[at.file])}`,
      );
  }
}

/** YAML of a grammar that is sometimes right, real files with parts cut, doubled and swapped, and noise. */
function hostileText(real: readonly string[]): fc.Arbitrary<string> {
  const cut = fc.tuple(
    fc.constantFrom(...real),
    fc.nat(),
    fc.nat(300),
    fc.constantFrom("", "{", "]", "\t", "&a ", "*a", "<<: ", "- ", ": ", "\u0000", "\u2028", "---\n", "!!x "),
  );
  const edited = cut.map(([text, position, length, inserted]) => {
    const at = text.length === 0 ? 0 : position % text.length;
    return `${text.slice(0, at)}${inserted}${text.slice(at + (length % 7 === 0 ? length : 0))}`;
  });
  const doubled = cut.map(([text, position, length]) => {
    const at = text.length === 0 ? 0 : position % text.length;
    return `${text.slice(0, at)}${text.slice(at, at + length)}${text.slice(at)}`;
  });
  return fc.oneof(
    { weight: 400, arbitrary: brokenYaml },
    { weight: 50, arbitrary: edited },
    { weight: 50, arbitrary: doubled },
    { weight: 100, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
    { weight: 1, arbitrary: nested },
  );
}

/** Aliases of aliases, merges of merges, brackets in brackets. */
const nested = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom("alias", "merge", "bracket", "dash"))
  .map(([depth, kind]) => {
    if (kind === "bracket") return `${"[".repeat(depth * 8)}${"]".repeat(depth * 8)}`;
    if (kind === "dash") return `${"- ".repeat(depth * 8)}x`;
    const of = (level: number) =>
      kind === "alias" ? `[${Array(9).fill(`*a${level}`).join(",")}]` : `{<<: [*a${level}, *a${level}]}`;
    return Array.from({ length: depth }, (_, level) => `a${level}: &a${level} ${level === 0 ? "{k: 1}" : of(level - 1)}`).join(
      "\n",
    );
  });

/** One hub of each layout: small, so that many can be tried. */
function smallFleets(): Record<string, string>[] {
  const hubploy = Object.entries(makeHubployFleet()).filter(([file]) =>
    /^(?:hub\/|deployments\/data1\/(?:hubploy|config|secrets\/[a-z]+\.yaml))/.test(file),
  );
  const pins = `hub: { chart: hub, version: "1.0.0", digest: "sha256:${"a".repeat(64)}" }\nimage: { name: "registry.example/user", tag: "1", digest: "sha256:${"a".repeat(64)}" }\n`;
  const own = {
    "campanile.yaml":
      "title: Courses\nclusters: { courses: { context: courses, kubernetesVersion: 1.36.3 } }\nenvironments: [{ name: staging }, { name: prod }]\ncharts: { hub: 'https://charts.example/' }\n",
    "hubs/data8/hub.yaml":
      "title: Data 8\nowners: [ada]\nenvironments:\n  staging: { url: 'https://s.example' }\n  prod: { url: 'https://p.example' }\n",
    "hubs/data8/pins/staging.yaml": pins,
    "hubs/data8/pins/prod.yaml": pins,
    "hubs/data8/values/common.yaml": "jupyterhub:\n  singleuser: { memory: { limit: 2G, guarantee: 1G } }\n",
    "hubs/data8/secrets/prod.yaml": makeHubployFleet()["deployments/data1/secrets/prod.yaml"] ?? "",
  };
  return [Object.fromEntries(hubploy), own];
}
