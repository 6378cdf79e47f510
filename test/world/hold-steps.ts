import pg from "pg";
import { BY_THE_CLOCK } from "./by-the-clock.ts";
import { until } from "./until.ts";

/**
 * Holds Campanile between the work of a durable step and the record of it: the moment at which a crash makes the step run a second
 * time. The database does it, so Campanile itself is as in production.
 */
export interface StepHolder {
  /** From now on each step does its work, but cannot store that it has. */
  begin(): Promise<void>;
  /** Resolves with the next step that is held, such as `rollout /data8/prod #3 upgrade 1`. */
  untilHeld(): Promise<string>;
  /** The same; undefined once no durable work is left. */
  findNext(): Promise<string | undefined>;
  /** Cuts off whoever waits to store the step, so that nothing of it is stored. The next time, it is let through. */
  drop(step: string): Promise<void>;
  /** Lets everything through again. */
  end(): Promise<void>;
  close(): Promise<void>;
}

const LOCK = 20_261;

const NOT_HELD = `array[${BY_THE_CLOCK.map((name) => `'${name}'`).join(", ")}]`;

/** The step that waits is told by the name of its connection, which PostgreSQL cuts at 63 characters. */
const SET_UP = `
create schema if not exists test_hold;
create table if not exists test_hold.dropped (step text primary key);
create or replace function test_hold.hold(step text) returns void language plpgsql as $$
begin
  if not exists (select from test_hold.dropped d where d.step = left(hold.step, 63)) then
    perform set_config('application_name', step, true);
    perform pg_advisory_xact_lock_shared(${LOCK});
  end if;
end $$;
create or replace function test_hold.hold_step() returns trigger language plpgsql as $$
begin
  perform test_hold.hold(concat_ws(' ', w.name, nullif(substr(w.workflow_uuid, 37), ''), '#' || new.function_id, new.function_name))
  from dbos.workflow_status w where w.workflow_uuid = new.workflow_uuid and w.name <> all (${NOT_HELD});
  return new;
end $$;
create or replace function test_hold.hold_end() returns trigger language plpgsql as $$
begin
  perform test_hold.hold(concat_ws(' ', new.name, nullif(substr(new.workflow_uuid, 37), ''), 'end'));
  return new;
end $$;
create or replace trigger test_hold before insert on dbos.operation_outputs for each row execute function test_hold.hold_step();
create or replace trigger test_hold before update on dbos.workflow_status for each row
when (old.status = 'PENDING' and new.status in ('SUCCESS', 'ERROR') and new.name <> all (${NOT_HELD})) execute function test_hold.hold_end();
`;

const WAITING = `
select pid, application_name as step from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'`;

const IS_QUIET = "select not exists (select from dbos.workflow_status where status in ('PENDING', 'ENQUEUED')) as quiet";

export async function createStepHolder(databaseUrl: string): Promise<StepHolder> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(SET_UP);
  const waiting = async () => (await client.query<{ pid: number; step: string }>(WAITING)).rows;
  const isQuiet = async () => (await client.query<{ quiet: boolean }>(IS_QUIET)).rows[0]?.quiet === true;

  return {
    async begin() {
      await client.query("truncate test_hold.dropped");
      await client.query("select pg_advisory_lock($1)", [LOCK]);
    },
    untilHeld: () => until("a step is held", async () => (await waiting())[0]?.step),
    async findNext() {
      const look = async () => {
        const [held] = await waiting();
        return (held !== undefined || (await isQuiet())) && { step: held?.step };
      };
      return (await until("a step is held, or no work is left", look, { limitSeconds: 240 })).step;
    },
    async drop(step) {
      await client.query("insert into test_hold.dropped values ($1)", [step]);
      for (const { pid } of await waiting()) await client.query("select pg_terminate_backend($1, 5000)", [pid]);
    },
    async end() {
      await client.query("select pg_advisory_unlock_all()");
    },
    close: () => client.end(),
  };
}
