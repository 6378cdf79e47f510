import fc from "fast-check";
import { expect, test } from "vitest";
import { DIFF_FORMATS, formatDiff } from "../../app/cli/diff/format-diff.ts";
import type { ShownValue } from "../../app/domain/release-diff.ts";
import { redactTold } from "../../app/pipeline/evaluate-change.ts";
import { createRedactor } from "../../app/redact/create-redactor.ts";
import { overallCheck } from "../../app/report/check-outputs.ts";
import { diffCheck } from "../../app/report/diff-check.ts";
import { previewComment } from "../../app/report/preview-comment.ts";
import type { PreviewRelease } from "../../app/report/preview-result.ts";
import { makeRelease, makeResult } from "../report/make-result.ts";
import { canaryForms } from "../world/find-canaries.ts";

const CANARY = 'k9!"Zq&Wf+3/x=%Tm\\v7é<Rb5>Jd2Ls8Hp';
/** Whoever reads so much of it knows too much. */
const TELLING = 12;

/** Any half of the canary in any form, as a cut in the middle would leave it. */
const TELLING_PARTS = canaryForms(CANARY).flatMap(({ text }) => [text.slice(0, TELLING), text.slice(-TELLING)]);

/** Everything that a cluster, a chart or Helm says, with the canary in one of its forms somewhere in a text of any length. */
const said = fc
  .record({
    form: fc.constantFrom(...canaryForms(CANARY).map(({ text }) => text)),
    // Around the limits at which reports cut: 80, 300, 400, 1,600 and 4,000 characters.
    before: fc.oneof(...[80, 300, 400, 1_600, 4_000].map((limit) => fc.integer({ min: limit - 60, max: limit + 10 }))),
    after: fc.nat(200),
    filling: fc.constantFrom("word ", "line\n", "x"),
  })
  .map(({ form, before, after, filling }) => {
    const fill = (length: number) => filling.repeat(length).slice(0, length);
    return `${fill(before)} ${form} ${fill(after)}`;
  });

const shown = (text: string): ShownValue => ({ kind: "value", text });
const id = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", namespace: "data8-prod", name });

const release = fc.array(said, { minLength: 14, maxLength: 14 }).map((texts): PreviewRelease => {
  const [a = "", b = "", c = "", d = "", e = "", f = "", g = "", h = "", i = "", j = "", k = "", l = "", m = "", n = ""] = texts;
  const field = { path: a, before: shown(b), after: shown(c) };
  return makeRelease("data8", "prod", {
    reasons: [d],
    diff: {
      releaseId: "data8-prod",
      hub: "data8",
      environment: "prod",
      objects: [{ id: id(e), change: "changed", fields: [field] }],
      hooks: [{ id: id("hook"), moment: "pre-upgrade", weight: 0, images: [f], isEveryTime: true }],
      notDeterministic: [g],
    },
    effect: {
      objects: [{ id: id("other"), change: "changed", replacesPods: false, fields: [field] }],
      refusals: [{ id: id("refused"), reason: "invalid", field: h, message: i }],
      notYet: [{ id: id("later"), missing: j }],
      couldNot: [{ id: id("unseen"), why: k }],
      warnings: [l],
    },
    drift: {
      objects: [{ id: id("drifted"), change: "changed", fields: [{ path: m, live: shown(n), git: shown(a), manager: b }] }],
      byHand: { revision: 3, at: "2026-11-24T20:00:00.000Z", description: c },
    },
    impact: { class: "hub-restarts", fitNowhere: [{ id: id("nowhere"), why: d }] },
  });
});

test("whatever a cluster says, no report shows a secret or half of one, wherever it is cut", () => {
  const redactor = createRedactor();
  redactor.addSecret(CANARY, "Secret data8-prod/hub");
  fc.assert(
    fc.property(release, said, fc.boolean(), (told, why, isBroken) => {
      const couldNot = { code: "cluster-unreachable", what: why, why, fix: why };
      const broken = isBroken ? makeRelease("data8", "staging", { diff: null, couldNot }) : makeRelease("data8", "staging");
      const result = makeResult({ releases: [told, broken].map((each) => redactTold(redactor, each)) });
      const sinks = {
        comment: previewComment(result, ["", "waits for a person"]),
        staging: JSON.stringify(diffCheck(result, "staging")),
        prod: JSON.stringify(diffCheck(result, "prod")),
        overall: JSON.stringify(overallCheck(result)),
        step: JSON.stringify(result),
        ...Object.fromEntries(DIFF_FORMATS.map((format) => [format, formatDiff(result, [], format)])),
      };
      for (const [sink, text] of Object.entries(sinks))
        expect([sink, TELLING_PARTS.filter((part) => text.includes(part))]).toEqual([sink, []]);
      expect(sinks.comment).toContain("hidden: Secret data8-prod/hub");
    }),
    { numRuns: 150 },
  );
});
