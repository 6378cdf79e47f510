import { expect, test } from "vitest";
import { type EvaluationPorts, evaluateChange } from "../../app/pipeline/evaluate-change.ts";
import type { ReleasePreviewPorts } from "../../app/pipeline/preview-release.ts";
import { createRedactor } from "../../app/redact/create-redactor.ts";
import { configCheck, overallCheck } from "../../app/report/check-outputs.ts";
import { diffCheck } from "../../app/report/diff-check.ts";
import { previewComment } from "../../app/report/preview-comment.ts";
import type { PreviewResult } from "../../app/report/preview-result.ts";
import { treeOf } from "../load/config-trees.ts";
import { findCanaries } from "../world/find-canaries.ts";
import { openNamespace } from "../world/open-namespace.ts";
import { installRelease, tempFolder, writeChart } from "../world/sample-release.ts";
import { startPreviews } from "../world/start-previews.ts";

const CANARY = "canary-14142136-lent-to-a-friend";

const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: lender}\nstringData: {password: "${CANARY}"}\n`;
const configMap = (name: string, text: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {note: "${text}"}\n`;
/** The API server quotes the name of a field that it does not know. */
const refused = `${configMap("refused", "after")}${CANARY}: "a key that went to the wrong place"\n`;

/** Charts by the digit that their digests are made of. */
const CHARTS = {
  a: { "a.yaml": secret, "b.yaml": configMap("lender", "before") },
  b: { "a.yaml": secret, "b.yaml": configMap("lender", "after") },
  c: { "a.yaml": configMap("told", "before"), "b.yaml": configMap("refused", "before") },
  d: { "a.yaml": configMap("told", CANARY), "b.yaml": refused },
};

type Digit = keyof typeof CHARTS;
const digestOf = (digit: Digit) => `sha256:${digit.repeat(64)}`;

/** A fleet of hubs by their chart. */
function fleetOf(context: string, hubs: Record<string, Digit>): Record<string, string> {
  const files = Object.entries(hubs).flatMap(([hub, digit]) => [
    [
      `hubs/${hub}/hub.yaml`,
      `title: ${hub}\nowners: [ada]\nenvironments:\n  staging: { url: "https://${hub}.courses.example" }\n`,
    ],
    [
      `hubs/${hub}/pins/staging.yaml`,
      `hub: { chart: hub, version: "1.0.${"abcd".indexOf(digit)}", digest: "${digestOf(digit)}" }\nimage: { name: registry.example/user, tag: "1", digest: "${digestOf("a")}" }\n`,
    ],
    [`hubs/${hub}/values/common.yaml`, "{}"],
  ]);
  return {
    "campanile.yaml": `title: Courses\nclusters: { courses: { context: "${context}", kubernetesVersion: 1.36.3 } }\nenvironments: [{ name: staging }]\ncharts: { hub: "https://charts.example/" }\n`,
    ...Object.fromEntries(files),
  };
}

const side = (files: Record<string, string>) => ({ tree: treeOf(files), sha: "1".repeat(40) });

/** Lets the other release begin only when nothing is left for which `first` would wait. */
function oneAfterTheOther(ports: ReleasePreviewPorts, first: string): ReleasePreviewPorts {
  const firstIsDone = Promise.withResolvers<void>();
  return {
    ...ports,
    async openLookups(release, isFork) {
      if (release.id !== first) await firstIsDone.promise;
      return ports.openLookups(release, isFork);
    },
    inspectorFor(release) {
      const inspector = ports.inspectorFor(release);
      if (release.id !== first) return inspector;
      return {
        ...inspector,
        // A release without workloads asks this last.
        async fetchLive(...ids) {
          const live = await inspector.fetchLive(...ids);
          setImmediate(firstIsDone.resolve);
          return live;
        },
      };
    },
  };
}

test.for(["the lender", "the borrower"])(
  "what is one release's secret is not told by another that holds it in clear, when %s is looked at first",
  async (first) => {
    const [lender, borrower] = [await openNamespace(), await openNamespace()];
    const folder = await tempFolder();
    const charts: Record<string, string> = {};
    for (const digit of ["a", "b", "c", "d"] as const) charts[digestOf(digit)] = await writeChart(folder, digit, CHARTS[digit]);
    for (const [{ name }, digit] of [[lender, "a"] as const, [borrower, "c"] as const])
      await installRelease(lender, { id: name, namespace: name }, charts[digestOf(digit)] ?? "", {});
    const { ports } = await startPreviews(lender, charts);
    const redactor = createRedactor();
    const evaluationPorts: EvaluationPorts = {
      ...oneAfterTheOther(
        { ...ports, addSecret: ({ value, where }) => redactor.addSecret(value, where) },
        first === "the lender" ? lender.name : borrower.name,
      ),
      helmVersion: "4.2.4",
      redactDeep: redactor.redactDeep,
    };
    const [lends, borrows] = [lender, borrower].map(({ name }) => name.replace("-staging", ""));
    const fleet = (one: Digit, other: Digit) => fleetOf(lender.context, { [lends ?? ""]: one, [borrows ?? ""]: other });
    const {
      promotions,
      environments,
      names: _,
      ...evaluated
    } = await evaluateChange(evaluationPorts, {
      base: side(fleet("a", "c")),
      head: side(fleet("b", "d")),
      isFork: false,
    });
    const result: PreviewResult = {
      ...{ baseSha: "1".repeat(40), headSha: "2".repeat(40), mode: "deploy", isFork: false },
      environments: environments ?? [],
      ...evaluated,
    };
    const places = [
      { where: "comment", text: previewComment(result, promotions) },
      { where: "diff check", text: JSON.stringify(diffCheck(result, "staging")) },
      { where: "config check", text: JSON.stringify(configCheck(result)) },
      { where: "overall check", text: JSON.stringify(overallCheck(result)) },
      { where: "result", text: JSON.stringify(result) },
    ];
    expect(findCanaries(places, new Map([["the lent secret", CANARY]]))).toEqual([]);
    // Both of its places were reached, and say whose it is.
    const borrowed = result.releases.find(({ releaseId }) => releaseId === borrower.name);
    const hidden = `[hidden: Secret ${lender.name}/lender, data.password]`;
    expect(borrowed?.diff?.objects).toContainEqual(
      expect.objectContaining({
        id: expect.objectContaining({ name: "told" }),
        fields: [{ path: "data.note", before: { kind: "value", text: "before" }, after: { kind: "value", text: hidden } }],
      }),
    );
    expect(borrowed?.effect?.refusals).toMatchObject([{ field: hidden, message: "field not declared in schema" }]);
  },
);
