import { setInterval as every } from "node:timers/promises";
import pg from "pg";

export interface WorkflowWatcher {
  /** Resolves once no durable workflow is at work or waits for its turn. */
  untilQuiet(): Promise<void>;
  close(): Promise<void>;
}

const LOOK_INTERVAL_MS = 25;

/** Looks at Campanile's durable work in its database: what GitHub shows last is a moment before what is stored last. */
export async function watchWorkflows(databaseUrl: string): Promise<WorkflowWatcher> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const isQuiet = async () => {
    const { rows } = await client.query<{ quiet: boolean }>(
      "select not exists (select from dbos.workflow_status where status in ('PENDING', 'ENQUEUED')) as quiet",
    );
    return rows[0]?.quiet === true;
  };
  return {
    async untilQuiet() {
      if (await isQuiet()) return;
      for await (const _ of every(LOOK_INTERVAL_MS)) if (await isQuiet()) return;
    },
    close: () => client.end(),
  };
}
