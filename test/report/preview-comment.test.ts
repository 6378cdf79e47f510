import { expect, test } from "vitest";
import { overallCheck } from "../../app/report/check-outputs.ts";
import { headline, previewComment } from "../../app/report/preview-comment.ts";
import type { PreviewRelease, PreviewResult } from "../../app/report/preview-result.ts";
import { stickyComment } from "../../app/report/rollout-report.ts";
import {
  field,
  hidden,
  makeChange,
  makeDiff,
  makeFinding,
  makeRelease,
  makeResult,
  PROMOTIONS,
  unreachable,
} from "./make-result.ts";

const HUBS = ["data100", "data8", "prob140"];

function bumpOf(environment: string) {
  const at = `data8-${environment}`;
  const image = (tag: string) => `registry.campanile.example/user-data8:${tag}`;
  return makeRelease("data8", environment, {
    diff: makeDiff(
      "data8",
      environment,
      [
        makeChange("ConfigMap", at, "hub", [
          field(
            "data.jupyterhub_config.py",
            "import os\n\nimage = 'user-data8:2026.11.1'\nc.Spawner.http_timeout = 60\n",
            "import os\n\nimage = 'user-data8:2026.11.2'\nc.Spawner.http_timeout = 60\n",
          ),
        ]),
        makeChange("DaemonSet", at, "continuous-image-puller", [
          field("spec.template.spec.initContainers[user].image", image("2026.11.1"), image("2026.11.2")),
        ]),
        makeChange("Secret", at, "hub", [
          hidden("values.yaml.jupyterhub.hub.config.allowed", "1f3a9c02", "88e0d7b1"),
          field("values.yaml.jupyterhub.singleuser.image.tag", "2026.11.1", "2026.11.2"),
        ]),
        { ...makeChange("Job", at, "hook-image-awaiter", [], "created"), hook: "pre-install,pre-upgrade" },
        makeChange("NetworkPolicy", at, "singleuser", [], "deleted"),
      ],
      [`Secret ${at}/hub data.hub.config.CryptKeeper.keys`, `Secret ${at}/hub data.hub.config.JupyterHub.cookie_secret`],
    ),
  });
}

const cull = (hub: string, environment: string) =>
  makeRelease(hub, environment, {
    reasons: ["values/common.yaml changes"],
    diff: makeDiff(hub, environment, [
      makeChange("Secret", `${hub}-${environment}`, "hub", [field("values.yaml.jupyterhub.cull.timeout", "3600", "1800")]),
    ]),
  });

const proxy = { apiVersion: "apps/v1", kind: "Deployment", namespace: "data8-prod", name: "proxy" };
const nothingSeen = { objects: [], refusals: [], notYet: [], couldNot: [], warnings: [] };

/** What only a cluster can tell. */
const SEEN: Record<string, Partial<PreviewRelease>> = {
  refused: {
    impact: { class: "impossible", students: 1500, fitNowhere: [] },
    effect: {
      ...nothingSeen,
      refusals: [
        { id: proxy, reason: "immutable", field: "spec.selector", message: "field is immutable" },
        {
          id: proxy,
          reason: "conflict",
          field: "spec.replicas",
          manager: "kubectl-edit",
          message: "it belongs to kubectl-edit",
          since: "2026-11-25T09:15:04Z",
        },
      ],
      couldNot: [
        { id: { ...proxy, kind: "Service" }, why: "the API server answered 500 (InternalError): failed calling webhook" },
      ],
    },
  },
  drifted: {
    impact: {
      class: "hub-restarts",
      loginsWaitSeconds: 19.6,
      students: 1500,
      fitNowhere: [{ id: proxy, why: "no node has the labels that it asks for (pool=x)" }],
    },
    effect: {
      ...nothingSeen,
      objects: [{ id: proxy, change: "changed", replacesPods: false, fields: [field("spec.replicas", "3", "1")] }],
    },
    drift: {
      byHand: { revision: 7, at: "2026-11-24T20:00:00.000Z", description: "Upgrade complete" },
      objects: [
        { id: { ...proxy, kind: "ConfigMap", name: "course" }, change: "missing", fields: [] },
        {
          id: proxy,
          change: "changed",
          fields: [
            {
              path: "spec.replicas",
              live: { kind: "value", text: "3" },
              git: { kind: "value", text: "1" },
              manager: "kubectl-edit",
              since: "2026-11-25T09:15:04Z",
            },
          ],
        },
      ],
    },
  },
  migrates: {
    impact: { class: "hub-restarts", migration: { from: "4.1.6", to: "5.2.1", isBackwards: false }, fitNowhere: [] },
    drift: { objects: [], behind: { sha: "3f2a91bc0d" } },
  },
  "from-a-fork": { basis: "recorded", impact: { class: "next-servers", fitNowhere: [] } },
};

const RESULTS: Record<string, [PreviewResult, string[]?]> = {
  ...Object.fromEntries(
    Object.entries(SEEN).map(([name, seen]): [string, [PreviewResult]] => [
      `cluster-${name}`,
      [makeResult({ isFork: seen.basis === "recorded", releases: [{ ...cull("data8", "prod"), ...seen }] })],
    ]),
  ),
  "nothing-changes": [makeResult()],
  "image-bump-of-one-hub": [makeResult({ releases: [bumpOf("staging"), bumpOf("prod")] })],
  "image-bump-on-staging-only": [makeResult({ releases: [bumpOf("staging")] })],
  "shared-default": [
    makeResult({ releases: HUBS.flatMap((hub) => ["staging", "prod"].map((environment) => cull(hub, environment))) }),
  ],
  "prod-waits-for-a-person": [
    makeResult({ releases: [cull("data8", "staging"), cull("data8", "prod")] }),
    [PROMOTIONS[0] ?? "", "waits for a person"],
  ],
  "findings-only": [
    makeResult({
      findings: [
        makeFinding(),
        makeFinding({
          at: { file: "hubs/data100/pins/prod.yaml", line: 6 },
          code: "moving-tag",
          what: 'The image tag is "latest".',
          why: "It names another image tomorrow.",
          fix: "Write the tag of a build.",
        }),
        makeFinding({
          severity: "warn",
          at: { file: "campanile.yaml", line: 3 },
          code: "open-on-prod",
          what: "Anybody may log in on prod.",
          why: "No list of users is set.",
          fix: "Name those who may.",
        }),
      ],
    }),
  ],
  "remarks-beside-a-change": [makeResult({ findings: [makeFinding({ severity: "warn" })], releases: [cull("data8", "prod")] })],
  "one-release-not-rendered": [
    makeResult({
      releases: [
        bumpOf("staging"),
        makeRelease("data8", "prod", { diff: null, couldNot: unreachable, reasons: ["chart hub 1.0.0 → 1.0.1"] }),
      ],
    }),
  ],
  "base-broken": [
    makeResult({
      releases: [
        makeRelease("data8", "prod", {
          diff: makeDiff("data8", "prod", []),
          isBaseBroken: true,
          reasons: ["chart hub 1.0.1 → 1.0.0"],
        }),
      ],
    }),
  ],
  "could-not": [
    makeResult({
      releasesInFleet: 0,
      couldNot: {
        code: "merge-conflict",
        what: "This branch conflicts with main.",
        why: "Both changed hubs/data8/pins/prod.yaml, so nobody can say what a merge would deploy.",
        fix: "Merge main into this branch, settle the conflicts, and push.",
      },
    }),
  ],
  "hub-leaves-git": [
    makeResult({
      releasesInFleet: 4,
      releases: ["staging", "prod"].map((each) => makeRelease("data8", each, { diff: null, reasons: ["no longer in git"] })),
    }),
  ],
  "same-objects": [
    makeResult({
      releases: [
        makeRelease("data8", "staging", {
          reasons: ["hubs/data8/secrets/staging.yaml changes"],
          diff: makeDiff("data8", "staging", []),
        }),
      ],
    }),
  ],
};

test("a change of prod alone follows the promotion of prod", () => {
  const of = (promotion: string) => previewComment(makeResult({ releases: [cull("data8", "prod")] }), ["", promotion]);
  expect(of("waits for a person")).toContain("**On merge:** staging stays as it is; prod waits for a person.\n");
});

test.each(Object.entries(RESULTS))("what a pull request is told: %s", async (name, [result, promotions]) => {
  const comment = stickyComment(previewComment(result, promotions ?? PROMOTIONS), undefined);
  await expect(`${comment}\n`).toMatchFileSnapshot(`expected/preview-${name}.md`);
});

test("the comment can be found again by its first line", () => {
  expect(stickyComment("preview", undefined)).toMatch(/^<!-- campanile -->\n/);
  expect(stickyComment("preview", "rollout")).toBe("<!-- campanile -->\n\nrollout\n\n---\n\n_Before the merge:_\n\npreview");
});

test("many hubs are counted, few are named", () => {
  const of = (hubs: string[]) =>
    headline(makeResult({ releases: hubs.map((hub) => makeRelease(hub, "prod", { reasons: ["x"] })) }));
  expect(of(["data8", "data100"])).toBe("Data 8, Data 100: x on prod");
  expect(of(["a", "b", "c", "d"])).toBe("4 hubs: x on prod");
});

test("a few different reasons are named, and of many the releases are counted", () => {
  expect(headline(makeResult({ releases: [makeRelease("data8", "prod"), makeRelease("data100", "prod")] }))).toBe(
    "Data 8, Data 100: image user-data8 2026.11.1 → 2026.11.2; image user-data100 2026.11.1 → 2026.11.2 on prod",
  );
  const each = ["a", "b", "c", "d"].map((hub) => makeRelease(hub, "prod"));
  expect(headline(makeResult({ releases: each }))).toBe("4 hubs: 4 releases change on prod");
  expect(headline(makeResult({ releases: [makeRelease("data8", "prod", { reasons: [] })] }))).toBe(
    "Data 8: 1 release changes on prod",
  );
});

test("a check's title is no Markdown, so nothing in it is escaped", () => {
  const result = makeResult({
    releases: [makeRelease("data8", "prod", { hubTitle: "Data 8 (Fall_26)", reasons: ["image a_b 1 → 2"] })],
  });
  expect(overallCheck(result).title).toBe("Data 8 (Fall_26): image a_b 1 → 2 on prod");
  expect(previewComment(result, PROMOTIONS)).toContain("### Data 8 \\(Fall\\_26\\): image a\\_b 1 → 2 on prod");
});
