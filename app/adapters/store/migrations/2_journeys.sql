-- What a student's journey through a release saw, step by step, with its evidence. Rows are only ever added.
create table journey (
  deploy_id text not null references deploy (id),
  release_id text not null,
  started_at timestamptz not null,
  outcome text not null,
  report jsonb not null,
  primary key (deploy_id, release_id, started_at)
);
create trigger journey_is_history before update or delete on journey for each row execute function refuse_change();
