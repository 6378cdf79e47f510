-- Up Migration

-- The parts of a pull request's one comment, each as it was last written: by its preview, and by the rollout of its merge.
alter table preview_comment rename to pull_request_comment;
alter table pull_request_comment rename column body to preview;
alter table pull_request_comment alter column preview drop not null;
alter table pull_request_comment add column rollout text;

-- Down Migration
