import { expect, test } from "vitest";
import { groupAlike, nameGroup } from "../../app/report/group-alike.ts";
import type { PreviewRelease } from "../../app/report/preview-result.ts";
import { field, hidden, makeChange, makeDiff, makeRelease } from "./make-result.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER_DIGEST = `sha256:${"b".repeat(64)}`;

const release = (hub: string, environment: string, ...fields: ReturnType<typeof field>[]): PreviewRelease =>
  makeRelease(hub, environment, {
    diff: makeDiff(hub, environment, [makeChange("Secret", `${hub}-${environment}`, "hub", fields)]),
  });

const grouped = (...releases: PreviewRelease[]) => groupAlike(releases).map((group) => group.map(({ releaseId }) => releaseId));

test("what is the same but for a release's own names, its hidden values and its checksums is one group", () => {
  const of = (hub: string, environment: string, checksum: string) =>
    release(
      hub,
      environment,
      field("host", `old.${hub}.example`, `${environment}.${hub}.example`),
      field("image", `user-${hub}:1`, `user-${hub}:2`),
      hidden("token", `${checksum}1`, `${checksum}2`),
      field("checksum", checksum.repeat(64), "f".repeat(64)),
    );
  expect(grouped(of("data8", "staging", "1"), of("data8", "prod", "2"), of("data100", "prod", "3"))).toEqual([
    ["data8-staging", "data8-prod", "data100-prod"],
  ]);
});

test.each([
  ["another value", field("cull", "1", "2"), field("cull", "1", "3")],
  ["another path", field("cull.timeout", "1", "2"), field("cull.every", "1", "2")],
  ["another image digest", field("image", `u@${DIGEST}`, `u@${OTHER_DIGEST}`), field("image", `u@${DIGEST}`, `u@${DIGEST}0`)],
  ["the name of the other", field("share", "x", "data8"), field("share", "x", "data8")],
  ["names that only begin so", field("share", "x", "data8x"), field("share", "x", "data100x")],
])("not in one group: %s", (_, one, other) => {
  expect(grouped(release("data8", "prod", one), release("data100", "prod", other))).toEqual([["data8-prod"], ["data100-prod"]]);
});

test("a group is named by its releases, and a large one by some of them", () => {
  const many = Array.from({ length: 20 }, (_, index) => release(`hub${index}`, "prod"));
  expect(nameGroup(many.slice(0, 1))).toBe("hub0-prod");
  expect(nameGroup(many.slice(0, 3))).toBe("hub0-prod, and in the same way in hub1-prod, hub2-prod");
  expect(nameGroup(many)).toMatch(/^hub0-prod, and in the same way in hub1-prod, .*hub12-prod and 7 more$/);
});
