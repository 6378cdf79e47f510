import { setInterval as every } from "node:timers/promises";
import pg from "pg";

/** One durable step of a workflow: `deploy`'s step 3, `rollout`'s step 5. */
export interface DurableStep {
  workflow: string;
  functionId: number;
  /** What the step is called, for people. */
  name: string;
}

export interface StepHolder {
  /** Every step that has been stored so far, in the order of work. */
  listSteps(): Promise<DurableStep[]>;
  /** From now on the step does its work, but cannot store that it has. */
  hold(step: DurableStep): Promise<void>;
  /** Resolves once Campanile waits to store the held step. */
  untilHeld(): Promise<void>;
  /** Ends the hold. Whoever waits is cut off first, so that nothing of it is stored. */
  release(): Promise<void>;
  close(): Promise<void>;
}

const LOCK = 20_261;
const LOOK_INTERVAL_MS = 25;

const SET_UP = `
create schema if not exists test_hold;
create table if not exists test_hold.step (workflow text not null, function_id int not null);
create or replace function test_hold.wait() returns trigger language plpgsql as $$
begin
  if exists (
    select from test_hold.step s join dbos.workflow_status w on w.workflow_uuid = new.workflow_uuid
    where s.workflow = w.name and s.function_id = new.function_id
  ) then
    perform pg_advisory_xact_lock(${LOCK});
  end if;
  return new;
end $$;
create or replace trigger test_hold before insert on dbos.operation_outputs for each row execute function test_hold.wait();
`;

/**
 * Holds Campanile between the work of a step and the record of it: the moment at which a crash makes the step run a second time.
 * The database does it, so Campanile itself is as in production.
 */
export async function createStepHolder(databaseUrl: string): Promise<StepHolder> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(SET_UP);
  const waiters = async () =>
    (
      await client.query<{ pid: number }>(
        "select pid from pg_locks where locktype = 'advisory' and objid = $1 and not granted and database = (select oid from pg_database where datname = current_database())",
        [LOCK],
      )
    ).rows.map(({ pid }) => pid);
  return {
    async listSteps() {
      const { rows } = await client.query<{ name: string; function_id: number; function_name: string }>(
        `select w.name, o.function_id, o.function_name, min(o.completed_at_epoch_ms) as at
         from dbos.operation_outputs o join dbos.workflow_status w using (workflow_uuid)
         where w.name <> 'reconcile' group by 1, 2, 3 order by at`,
      );
      return rows.map((row) => ({ workflow: row.name, functionId: row.function_id, name: row.function_name }));
    },
    async hold({ workflow, functionId }) {
      await client.query("select pg_advisory_lock($1)", [LOCK]);
      await client.query("insert into test_hold.step values ($1, $2)", [workflow, functionId]);
    },
    async untilHeld() {
      for await (const _ of every(LOOK_INTERVAL_MS)) if ((await waiters()).length > 0) return;
    },
    async release() {
      await client.query("delete from test_hold.step");
      for (const pid of await waiters()) await client.query("select pg_terminate_backend($1)", [pid]);
      await client.query("select pg_advisory_unlock($1)", [LOCK]);
    },
    close: () => client.end(),
  };
}
