import { setInterval as every } from "node:timers/promises";
import pg from "pg";

export interface WorkflowWatcher {
  /** Resolves once it is decided what a pushed commit has to move. */
  untilPlanned(sha: string): Promise<void>;
  /** Resolves once no durable workflow is at work or waits for its turn. */
  untilQuiet(): Promise<void>;
  close(): Promise<void>;
}

const LOOK_INTERVAL_MS = 25;

/** Looks at Campanile's durable work in its database: what GitHub shows last is a moment before what is stored last. */
export async function watchWorkflows(databaseUrl: string): Promise<WorkflowWatcher> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  async function until(query: string, values: string[] = []): Promise<void> {
    const isSo = async () => (await client.query<{ so: boolean }>(`select ${query} as so`, values)).rows[0]?.so === true;
    if (await isSo()) return;
    for await (const _ of every(LOOK_INTERVAL_MS)) if (await isSo()) return;
  }
  return {
    untilPlanned: (sha) => until("exists (select from campanile.deploy where sha = $1)", [sha]),
    untilQuiet: () => until("not exists (select from dbos.workflow_status where status in ('PENDING', 'ENQUEUED'))"),
    close: () => client.end(),
  };
}
