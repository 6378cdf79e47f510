import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { WorkloadSnapshot } from "../../app/verify/judge-workloads.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/kubernetes");

/** When the fixtures are looked at. */
export const NOW = new Date("2026-11-24T12:00:00Z");

/** What a namespace holds that has the objects of these files. Moments are texts, as a watch brings them. */
export async function readSnapshot(...names: string[]): Promise<WorkloadSnapshot> {
  const texts = await Promise.all(names.map((name) => readFile(join(FIXTURES, `${name}.yaml`), "utf8")));
  const objects = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()));
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  return {
    deployments: of("Deployment"),
    statefulSets: of("StatefulSet"),
    daemonSets: of("DaemonSet"),
    replicaSets: of("ReplicaSet"),
    jobs: of("Job"),
    pods: of("Pod"),
    events: of("Event"),
  };
}
