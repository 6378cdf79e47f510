import { expect, test } from "vitest";
import type { ReleaseImpact } from "../../app/domain/release-diff.ts";
import { diffCheck } from "../../app/report/diff-check.ts";
import { field, makeChange, makeDiff, makeRelease, makeResult } from "./make-result.ts";

const GITHUB_LIMIT_CHARACTERS = 65_535;
const line = (file: string, number: number, path: string) => ({ at: { file, line: number }, path });

test("each line that gives releases other values says which ones, and what that means for them", () => {
  const shared = line("values/common.yaml", 7, "jupyterhub.cull.timeout");
  const impact: ReleaseImpact = { class: "hub-restarts", loginsWaitSeconds: 20, fitNowhere: [] };
  const result = makeResult({
    releases: [
      makeRelease("data8", "prod", {
        impact,
        causes: [shared, line("values/common.yaml", 7, "jupyterhub.cull.every"), line("hubs/data8/pins/prod.yaml", 9, "i.tag")],
      }),
      makeRelease("data100", "prod", { impact, causes: [shared] }),
      makeRelease("prob140", "prod", { diff: null, causes: [line("values/common.yaml", 9, "x")] }),
      makeRelease("data8", "staging", { impact, causes: [shared] }),
    ],
  });
  const effect = "1 object changes; hub restarts: notebooks stay open, logins wait about 20 s.";
  expect(diffCheck(result, "prod").annotations).toEqual([
    {
      path: "values/common.yaml",
      start_line: 7,
      end_line: 7,
      annotation_level: "notice",
      title: "data8-prod, data100-prod",
      message: `Changes jupyterhub.cull.timeout, jupyterhub.cull.every.\ndata8-prod: ${effect}\ndata100-prod: ${effect}`,
    },
    expect.objectContaining({ path: "hubs/data8/pins/prod.yaml", start_line: 9, title: "data8-prod" }),
  ]);
});

test("programs find the same as JSON, also when the diffs are cut", () => {
  const huge = Array.from({ length: 4_000 }, (_, index) => field(`data.key${index}`, "a".repeat(50), "b".repeat(50)));
  const releases = Array.from({ length: 60 }, (_, index) => {
    const name = `hub${index}`;
    return makeRelease(name, "prod", {
      diff: makeDiff(name, "prod", [makeChange("ConfigMap", `${name}-prod`, `only-${index}`, huge)]),
      reasons: [`\`\`\`reason ${index}`.padEnd(100, "x")],
    });
  });
  const { text = "" } = diffCheck(makeResult({ releases }), "prod");
  expect(text.length).toBeLessThan(GITHUB_LIMIT_CHARACTERS);
  expect(text).toMatch(/more diffs not shown/);
  const json = /^(`{3,})json\n(.*?)\n\1$/ms.exec(text)?.[2] ?? "";
  const { left, releases: told } = JSON.parse(json);
  expect(told.length).toBeGreaterThan(20);
  expect(left + told.length).toBe(60);
  expect(told[0]).toEqual({
    release: "hub0-prod",
    hub: "hub0",
    environment: "prod",
    reasons: releases[0]?.reasons,
    basis: "live",
    couldNot: null,
    objects: { changed: 1, created: 0, deleted: 0 },
    impact: null,
    refusals: null,
    drifted: null,
  });
});
