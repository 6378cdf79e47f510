import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import pg from "pg";
import { openAppDeliveries } from "./app-deliveries.ts";
import type { Place } from "./find-canaries.ts";
import type { Scene } from "./open-institution.ts";

/**
 * Every text that Campanile has left behind anywhere: on GitHub, in its log, its database, its files and its answers, and what it
 * wrote on Helm's records. What is in the Secrets of the cluster is where secrets belong.
 */
export async function everythingSeen(scene: Scene): Promise<Place[]> {
  const places = await Promise.all([
    onGitHub(scene),
    inDatabase(scene.institution.databaseUrl),
    inFiles(scene.institution.campanileEnv.CAMPANILE_DATA_DIR ?? "", "data"),
    ofHelm(scene),
    readFile(scene.institution.campanile.logFile, "utf8").then((text) => [{ where: "log", text }]),
    fetch(`${scene.institution.campanileUrl}/metrics`).then(async (answer) => [{ where: "metrics", text: await answer.text() }]),
  ]);
  return places.flat();
}

/** Comments, checks with their annotations, deployments and statuses with all their earlier versions, what was asked of the API, and answers to webhooks. */
async function onGitHub(scene: Scene): Promise<Place[]> {
  const [events, requests, deliveries] = await Promise.all([
    scene.events(),
    scene.control.journal({ kind: "request" }),
    openAppDeliveries(scene).answers(),
  ]);
  return [
    ...events.map(({ name, details }) => ({ where: `GitHub ${name}`, text: JSON.stringify(details) })),
    ...requests.entries.map(({ name, details }) => ({ where: `request ${name}`, text: JSON.stringify(details) })),
    ...deliveries.map((text) => ({ where: "answer to a delivery", text })),
    ...(await annotations(scene, events)),
  ];
}

/** Events of checks only count the annotations. */
async function annotations({ person }: Scene, events: Awaited<ReturnType<Scene["events"]>>): Promise<Place[]> {
  const shas = new Set(events.flatMap(({ details }) => JSON.stringify(details).match(/(?<="head_sha":")[0-9a-f]{40}/g) ?? []));
  const checks = (await Promise.all([...shas].map((sha) => person.checks(sha)))).flat();
  return checks.map((check) => ({ where: `check ${check.name}`, text: JSON.stringify(check) }));
}

/** Every row of every table, whosever it is. */
async function inDatabase(databaseUrl: string): Promise<Place[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
    );
    const places: Place[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      places.push(...rows.map(({ row }) => ({ where: `table ${name}`, text: row })));
    }
    return places;
  } finally {
    await client.end();
  }
}

async function inFiles(dir: string, where: string): Promise<Place[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return { where: `${where}/${path.relative(dir, file)}`, text: await readFile(file, "latin1") };
      }),
  );
}

/** Labels of every revision, and the description of those that went well: of others Helm itself writes it, below the values that it keeps there. */
async function ofHelm({ world, institution }: Scene): Promise<Place[]> {
  const config = new KubeConfig();
  config.loadFromFile(world.kubeconfig);
  const { items } = await config.makeApiClient(CoreV1Api).listSecretForAllNamespaces({ labelSelector: "owner=helm" });
  const prefix = `t${institution.appId.toString(36)}-`;
  return items
    .filter(({ metadata }) => metadata?.namespace?.startsWith(prefix))
    .flatMap(({ metadata, data }) => {
      const where = `Helm's record of ${metadata?.name}`;
      const labels = { where, text: JSON.stringify(metadata?.labels) };
      if (metadata?.labels?.status === "failed") return [labels];
      return [labels, { where, text: descriptionIn(data?.release ?? "") }];
    });
}

/** @see Helm, `storage/driver/util.go`: JSON, gzipped, in base64; Kubernetes adds its own base64 */
function descriptionIn(release: string): string {
  const json: unknown = JSON.parse(
    gunzipSync(Buffer.from(Buffer.from(release, "base64").toString("latin1"), "base64")).toString("utf8"),
  );
  return typeof json === "object" && json !== null && "info" in json ? JSON.stringify(json.info) : "";
}
