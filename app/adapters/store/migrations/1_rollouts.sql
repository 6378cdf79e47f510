-- Up Migration

-- What a push to the default branch set out to do. Written once.
create table deploy (
  id text primary key,
  repository text not null,
  sha text not null,
  pull_requests integer[] not null,
  planned jsonb not null,
  started_at timestamptz not null default now()
);
create index deploy_by_sha on deploy (repository, sha);

-- Where each of its releases stands; a newer row says the newer state. Rows are only ever added.
create table deploy_progress (
  deploy_id text not null references deploy (id),
  release_id text not null,
  step text not null,
  state jsonb not null,
  at timestamptz not null default clock_timestamp(),
  sequence bigint generated always as identity,
  primary key (deploy_id, release_id, step)
);

-- How moving one release to one bundle ended. Written once, never changed.
create table rollout (
  id text primary key,
  deploy_id text not null references deploy (id),
  repository text not null,
  release_id text not null,
  environment text not null,
  sha text not null,
  bundle_digest text not null,
  outcome jsonb not null,
  started_at timestamptz not null,
  finished_at timestamptz not null default clock_timestamp()
);
create index rollout_by_bundle on rollout (repository, release_id, bundle_digest, finished_at);

-- The part of a pull request's one comment that its last preview wrote.
create table preview_comment (
  repository text not null,
  pull_request integer not null,
  body text not null,
  primary key (repository, pull_request)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are history and are never changed', tg_table_name;
end $$;

create trigger deploy_is_history before update or delete on deploy for each row execute function refuse_change();
create trigger deploy_progress_is_history before update or delete on deploy_progress for each row execute function refuse_change();
create trigger rollout_is_history before update or delete on rollout for each row execute function refuse_change();

-- Down Migration
