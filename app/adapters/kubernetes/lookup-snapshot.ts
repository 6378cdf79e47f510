import { createHash } from "node:crypto";
import stringify from "safe-stable-stringify";
import { z } from "zod";
import { ClusterError } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ApiClient } from "./api-client.ts";
import { callKubernetes } from "./call-kubernetes.ts";
import { type Discovery, discoverySchema, readDiscovery } from "./discovery.ts";
import { type LookupPath, writeLookupPath } from "./lookup-path.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** Nothing, or the answer's body: an object or a list without any secret in it. */
export type LookupAnswer = { kind: "found"; body: JsonObject } | { kind: "missing" } | { kind: "forbidden" };

/** One state of a cluster as templates see it: base and head of a release are rendered against the same one. */
export interface LookupSnapshot {
  source: "live" | "recorded";
  namespace: string;
  discovery: Discovery;
  /** The same answer each time that it is asked. A recorded snapshot has nothing but what was asked for when it was made. */
  lookUp(lookup: LookupPath): Promise<LookupAnswer>;
  /** Names the answers to these lookups. */
  digest(paths: readonly LookupPath[]): Promise<string>;
  /** What was asked so far, to be kept for renders without a cluster. It holds no secret. */
  record(): Promise<RecordedSnapshot>;
}

const answerSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("found"), body: z.record(z.string(), z.json()) }),
  z.object({ kind: z.literal("missing") }),
  z.object({ kind: z.literal("forbidden") }),
]);

export const recordedSnapshotSchema = z.object({
  namespace: z.string(),
  discovery: discoverySchema,
  /** By path. */
  answers: z.record(z.string(), answerSchema),
});
export type RecordedSnapshot = z.output<typeof recordedSnapshotSchema>;

/** Looks at the cluster when something is asked for the first time, and never again. */
export function openLiveSnapshot(api: ApiClient, discovery: Discovery, namespace: string): LookupSnapshot {
  return snapshotOf("live", discovery, namespace, new Map(), (lookup) => fetchAnswer(api, lookup));
}

export function openRecordedSnapshot({ namespace, discovery, answers }: RecordedSnapshot): LookupSnapshot {
  const known = new Map(Object.entries(answers).map(([path, answer]) => [path, Promise.resolve(answer)]));
  return snapshotOf("recorded", readDiscovery(discovery), namespace, known, async () => ({ kind: "missing" }));
}

function snapshotOf(
  source: LookupSnapshot["source"],
  discovery: Discovery,
  namespace: string,
  answers: Map<string, Promise<LookupAnswer>>,
  fetchMissing: (lookup: LookupPath) => Promise<LookupAnswer>,
): LookupSnapshot {
  function lookUp(lookup: LookupPath): Promise<LookupAnswer> {
    const path = writeLookupPath(lookup);
    const known = answers.get(path);
    if (known) return known;
    const asking = fetchMissing(lookup);
    answers.set(path, asking);
    return asking;
  }
  return {
    source,
    namespace,
    discovery,
    lookUp,
    async digest(paths) {
      const seen = await Promise.all(paths.map(async (path) => [writeLookupPath(path), await lookUp(path)]));
      return createHash("sha256")
        .update(stringify([discovery.digest, seen]))
        .digest("hex");
    },
    async record() {
      const entries = await Promise.all([...answers].map(async ([path, answer]) => [path, await answer] as const));
      return { namespace, discovery: discovery.documents, answers: Object.fromEntries(entries) };
    },
  };
}

async function fetchAnswer(api: ApiClient, lookup: LookupPath): Promise<LookupAnswer> {
  const path = writeLookupPath(lookup);
  const { status, body } = await callKubernetes(`look up ${path}`, () => api.call({ method: "GET", path }));
  if (status === 404) return { kind: "missing" };
  if (status === 401 || status === 403) return { kind: "forbidden" };
  const object = z.record(z.string(), z.json()).safeParse(body);
  if (status !== 200 || !object.success) throw noAnswer(path, status);
  return { kind: "found", body: withoutSecrets(object.data) };
}

function noAnswer(path: string, status: number): ClusterError {
  return new ClusterError({
    code: "cluster-unreachable",
    what: `The cluster did not let Campanile look up ${path}.`,
    why: `The API server's answer: status ${status}.`,
    fix: "Make sure that the cluster's API server answers, and try again; a pull request is looked at anew when it is reopened.",
    canRetry: true,
  });
}
