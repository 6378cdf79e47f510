import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { CoreV1Api, KubeConfig, type V1Secret } from "@kubernetes/client-node";
import { inject, onTestFailed, onTestFinished } from "vitest";
import type { GitHubControl } from "../../app/local/github/control/github-control.ts";
import { createControlClient } from "../../app/local/github/control-client.ts";
import { startKeeper } from "../../app/local/world/keep-processes.ts";
import { createPerson, type Person } from "../../app/local/world/person.ts";
import { type Institution, type InstitutionOptions, startInstitution } from "../../app/local/world/start-institution.ts";
import type { WorldDescription } from "../../app/local/world/start-world.ts";
import { until } from "./until.ts";

/** An institution with its Campanile, for one test. */
export interface Scene {
  world: WorldDescription;
  institution: Institution;
  person: Person;
  control: GitHubControl;
  /** The sample's hub under the name that it has here: `hub("data8")`. */
  hub(name: string): string;
  /** Helm's records of one release, oldest first, as the cluster holds them. */
  revisions(releaseId: string): Promise<{ revision: number; status: string; sha: string }[]>;
  /** Resolves once Helm has begun a revision of this commit: a moment in which Campanile has not judged it yet. */
  untilRevision(releaseId: string, sha: string): Promise<void>;
  /** The repository's events on GitHub so far, oldest first. */
  events(): Promise<{ sequence: number; at: string; name: string; details: Record<string, unknown> }[]>;
}

type SceneOptions = Pick<Partial<InstitutionOptions>, "hubs" | "env" | "databaseUrl"> & { withoutCampanile?: boolean };

/** Opens an institution that no other test knows; it is closed with the test, and a failing test prints its story so far. */
export async function openInstitution(options: SceneOptions = {}): Promise<Scene> {
  const { withoutCampanile = false, hubs = ["data8"], ...rest } = options;
  const world = inject("world");
  const appId = randomInt(1_000, 1_000_000_000);
  const prefix = `t${appId.toString(36)}-`;
  const cluster = adminOf(world);
  const keeper = startKeeper();
  onTestFinished(async () => {
    // Campanile first, which else would go on deploying.
    await keeper.close();
    await leaveCluster(cluster, prefix);
  });
  const institution = await startInstitution(world, {
    ...rest,
    owner: `university-${appId.toString(36)}`,
    appId,
    keeper,
    hubs,
    hubPrefix: prefix,
    withoutCalendars: true,
    onCrash: (message) => process.stderr.write(`${message}\n`),
  });
  const control = createControlClient(world.github.apiUrl);
  const scene: Scene = {
    world,
    institution,
    control,
    person: createPerson(world, institution),
    hub: (name) => `${prefix}${name}`,
    async revisions(releaseId) {
      const list = await cluster.listNamespacedSecret({ namespace: releaseId, labelSelector: `owner=helm,name=${releaseId}` });
      return (list.items ?? []).map(describeRevision).sort((a, b) => a.revision - b.revision);
    },
    async untilRevision(releaseId, sha) {
      const has = async () => (await scene.revisions(releaseId)).some((revision) => revision.sha === sha);
      await until(`Helm begins a revision of ${releaseId} for ${sha}`, has);
    },
    async events() {
      const { entries } = await control.journal({ kind: "event" });
      return entries.filter((entry) => entry.repository === institution.repository);
    },
  };
  onTestFailed(async () => {
    process.stderr.write(await storySoFar(scene));
  });
  if (!withoutCampanile) await institution.campanile.start();
  return scene;
}

function adminOf(world: WorldDescription): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromFile(world.kubeconfig);
  return config.makeApiClient(CoreV1Api);
}

/** Nodes and volumes are shared by all tests. Nobody waits until all is gone. */
async function leaveCluster(cluster: CoreV1Api, prefix: string): Promise<void> {
  const { items } = await cluster.listNamespace();
  const names = items.flatMap(({ metadata }) => metadata?.name ?? []).filter((name) => name.startsWith(prefix));
  await Promise.all(names.map((name) => cluster.deleteNamespace({ name })));
}

function describeRevision({ metadata }: V1Secret) {
  const labels = metadata?.labels ?? {};
  return { revision: Number(labels.version), status: labels.status ?? "", sha: labels["campanile.dev/sha"] ?? "" };
}

const LOG_LINES = 25;

async function storySoFar({ institution, events }: Scene): Promise<string> {
  const log = await readFile(institution.campanile.logFile, "utf8").catch(() => "");
  const lines = log.trimEnd().split("\n").slice(-LOG_LINES);
  return [
    `\nThe story of ${institution.repository} so far:`,
    ...(await events()).map(({ sequence, name }) => `  ${sequence} ${name}`),
    `The last ${lines.length} lines of ${institution.campanile.logFile}:`,
    ...lines.map((line) => `  ${line.slice(0, 600)}`),
    "",
  ].join("\n");
}
