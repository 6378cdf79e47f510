import pg from "pg";
import { until } from "./until.ts";

export interface WorkflowWatcher {
  /** Resolves once it is decided what a pushed commit has to move. */
  untilPlanned(sha: string): Promise<void>;
  /** Resolves once no durable workflow is at work or waits for its turn. */
  untilQuiet(): Promise<void>;
  close(): Promise<void>;
}

/** Looks at Campanile's durable work in its database: what GitHub shows last is a moment before what is stored last. */
export async function watchWorkflows(databaseUrl: string): Promise<WorkflowWatcher> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  async function untilTrue(query: string, values: string[] = []): Promise<void> {
    const isSo = async () => (await client.query<{ so: boolean }>(`select ${query} as so`, values)).rows[0]?.so === true;
    await until(query, isSo, { limitSeconds: 240 });
  }
  return {
    untilPlanned: (sha) => untilTrue("exists (select from campanile.deploy where sha = $1)", [sha]),
    untilQuiet: () => untilTrue("not exists (select from dbos.workflow_status where status in ('PENDING', 'ENQUEUED'))"),
    close: () => client.end(),
  };
}
