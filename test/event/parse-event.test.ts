import fc from "fast-check";
import { expect, test } from "vitest";
import { ZodError } from "zod";
import { parseEvent } from "../../app/event/parse-event.ts";
import { pullRequestPayload, pushPayload, shas, source } from "./payloads.ts";

test.each(["opened", "synchronize", "reopened"])("a pull request that was %s is to be looked at", (action) => {
  expect(parseEvent("pull_request", pullRequestPayload(action))).toEqual({
    kind: "pull-request-changed",
    source,
    number: 42,
    headSha: shas.head,
    baseBranch: "main",
  });
});

test("a pull request that was pointed at another base is to be looked at, one with another title is not", () => {
  const changes = { base: { ref: { from: "old" }, sha: { from: shas.base } } };
  expect(parseEvent("pull_request", pullRequestPayload("edited", { changes }))).toMatchObject({ kind: "pull-request-changed" });
  expect(parseEvent("pull_request", pullRequestPayload("edited", { changes: { title: { from: "old" } } }))).toBeUndefined();
});

test.each(["closed", "labeled", "assigned", "ready_for_review", "converted_to_draft", "enqueued", "auto_merge_enabled"])(
  "a pull request that was %s concerns nobody here",
  (action) => {
    expect(parseEvent("pull_request", pullRequestPayload(action))).toBeUndefined();
  },
);

test("a push to the default branch is a deploy of what it points at now", () => {
  expect(parseEvent("push", pushPayload())).toEqual({ kind: "default-branch-pushed", source, sha: shas.head });
});

test.each<[string, Record<string, unknown>]>([
  ["another branch", { ref: "refs/heads/bump" }],
  ["a tag of the default branch's name", { ref: "refs/tags/main" }],
  ["a branch whose name ends like it", { ref: "refs/heads/feature/refs/heads/main" }],
  ["a deleted default branch", { deleted: true, after: "0".repeat(40), head_commit: null }],
])("a push to %s concerns nobody here", (_what, more) => {
  expect(parseEvent("push", pushPayload(more))).toBeUndefined();
});

test.each(["ping", "issue_comment", "check_run", "installation", "merge_group", "star", "toString", "__proto__"])(
  "%s is not even read",
  (event) => {
    const payload = new Proxy({}, { get: () => expect.fail("it was read") });
    expect(parseEvent(event, payload)).toBeUndefined();
  },
);

const HOSTILE: [string, string, unknown][] = [
  ["nothing", "push", undefined],
  ["null", "push", null],
  ["a text", "pull_request", "opened"],
  ["a list", "pull_request", []],
  ["no installation", "push", pushPayload({ installation: undefined })],
  ["an installation that is a text", "push", pushPayload({ installation: { id: "45678" } })],
  ["a SHA that is an option of git", "push", pushPayload({ after: "--upload-pack=touch /tmp/x" })],
  ["a SHA cut short", "push", pushPayload({ after: shas.head.slice(0, 7) })],
  ["a SHA with a line break", "push", pushPayload({ after: `${shas.head}\n` })],
  ["a repository outside its folder", "push", pushPayload({ repository: { full_name: "../../etc", default_branch: "main" } })],
  ["a repository in a deeper folder", "push", pushPayload({ repository: { full_name: "a/b/c", default_branch: "main" } })],
  ["a repository that begins like an option", "push", pushPayload({ repository: { full_name: "-x/y", default_branch: "main" } })],
  ["a number that is none", "pull_request", pullRequestPayload("opened", { number: 1.5 })],
  ["a pull request without a head", "pull_request", pullRequestPayload("opened", { pull_request: { base: { ref: "main" } } })],
];

test.each(HOSTILE)("refused: %s", (_what, event, payload) => {
  expect(() => parseEvent(event, payload)).toThrow(ZodError);
});

test("whatever comes, it is understood or refused", () => {
  fc.assert(
    fc.property(fc.constantFrom("push", "pull_request", "ping"), fc.anything({ withNullPrototype: true }), (event, payload) => {
      try {
        expect(parseEvent(event, payload)).toBeUndefined();
      } catch (error) {
        expect(error).toBeInstanceOf(ZodError);
      }
    }),
  );
});

test.each(["octo_corp/deploy-config", "berkeley/deploy.config_2", "a/.github"])("a repository may be called %s", (name) => {
  expect(parseEvent("push", pushPayload({ repository: { full_name: name, default_branch: "main" } }))?.source.repository).toBe(
    name,
  );
});
