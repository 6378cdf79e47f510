-- A journey may be played by the clock, with nothing rolled out before it: such a row has no deploy.
alter table journey add column repository text;
alter table journey disable trigger journey_is_history;
update journey set repository = deploy.repository from deploy where deploy.id = journey.deploy_id;
alter table journey enable trigger journey_is_history;
alter table journey alter column repository set not null;
alter table journey drop constraint journey_pkey;
alter table journey add primary key (repository, release_id, started_at);
alter table journey alter column deploy_id drop not null;
