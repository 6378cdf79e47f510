import { expect, test } from "vitest";
import type { ReleaseImpact } from "../../app/domain/release-diff.ts";
import { diffCheck } from "../../app/report/diff-check.ts";
import { LINKS_BYTES, PAGES_LIMIT, withLinks } from "../../app/report/diff-pages.ts";
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

/** Markdown that can stand alone: no fence is left open, and none holds the end of another one. */
function expectWhole(text: string): void {
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const marks = /^`{3,}/.exec(line)?.[0];
    if (marks === undefined || (fence !== undefined && marks !== line)) continue;
    fence = fence === undefined ? marks : marks.length >= fence.length ? undefined : fence;
  }
  expect(fence).toBeUndefined();
}

test("a diff that is too long for one check goes on in others, cut between objects and with nothing left out", () => {
  const objectsOf = (hub: string) =>
    Array.from({ length: 300 }, (_, index) =>
      makeChange("ConfigMap", `${hub}-prod`, `${hub}-map${index}`, [
        field("data.a", "```before", `\u0000\u0000${"ü".repeat(200)}`),
        field("data.b", undefined, `of ${hub.length} letters`),
      ]),
    );
  const releases = ["data8", "data100"].map((hub) =>
    makeRelease(hub, "prod", {
      diff: makeDiff(hub, "prod", [
        ...objectsOf(hub),
        makeChange("ConfigMap", `${hub}-prod`, `${hub}-new`, [], "created"),
        makeChange("ConfigMap", `${hub}-prod`, `${hub}-old`, [], "deleted"),
      ]),
    }),
  );
  const { text = "", morePages = [] } = diffCheck(makeResult({ releases }), "prod");
  const pages = [text, ...morePages.map((page) => page.text)];
  expect(morePages.map(({ number, title }) => [number, title])).toEqual(
    morePages.map((_, index) => [index + 2, `Page ${index + 2} of ${pages.length}`]),
  );
  expect(pages.length).toBeGreaterThan(3);
  for (const page of pages) {
    expect(Buffer.byteLength(page)).toBeLessThan(GITHUB_LIMIT_CHARACTERS - 500);
    expectWhole(page);
  }
  // Nearly all of each page is used.
  for (const page of pages.slice(1, -1)) expect(Buffer.byteLength(page)).toBeGreaterThan(48_000);
  const all = pages.join("\n");
  for (const hub of ["data8", "data100"]) {
    for (let index = 0; index < 300; index++) expect(all.split(`# ConfigMap ${hub}-prod/${hub}-map${index}\n`)).toHaveLength(2);
    expect(all).toContain(`+ ConfigMap ${hub}-prod/${hub}-new`);
    expect(all).toContain(`- ConfigMap ${hub}-prod/${hub}-old`);
  }
  const headings = pages.map((page) => /^#### (.*)$/m.exec(page)?.[1]);
  expect(headings[0]).toBe("data8-prod");
  expect(headings[1]).toBe("data8-prod (goes on)");
  expect(all.match(/^#### data100-prod$/gm)).toHaveLength(1);
});

test("an object that is too long for one page goes on between two of its lines", () => {
  const fields = Array.from({ length: 2_000 }, (_, index) => field(`data.key${index}`, "a".repeat(50), "b".repeat(50)));
  const diff = makeDiff("data8", "prod", [makeChange("ConfigMap", "data8-prod", "large", fields)]);
  const { text = "", morePages = [] } = diffCheck(makeResult({ releases: [makeRelease("data8", "prod", { diff })] }), "prod");
  const pages = [text, ...morePages.map((page) => page.text)];
  for (const page of pages) expectWhole(page);
  expect(
    pages
      .slice(1)
      .every((page) => page.startsWith("#### data8-prod (goes on)\n\n```diff\n# ConfigMap data8-prod/large (goes on)\n")),
  ).toBe(true);
  const keys = pages.join("\n").match(/^[-+] data\.key\d+:/gm) ?? [];
  expect(keys).toEqual(fields.flatMap(({ path }) => [`- ${path}:`, `+ ${path}:`]));
});

test("links to all pages stand above the first one, which is what people open", () => {
  expect(withLinks("the diff", [])).toBe("the diff");
  expect(withLinks("the diff", ["https://github.example/runs/2", "https://github.example/runs/3_(x)"])).toBe(
    "**Page 1 of 3.** The diff goes on: [page 2](https://github.example/runs/2), [page 3](https://github.example/runs/3_\\(x\\)).\n\nthe diff",
  );
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
  const { text = "", morePages = [] } = diffCheck(makeResult({ releases }), "prod");
  expect(text.length).toBeLessThan(GITHUB_LIMIT_CHARACTERS - LINKS_BYTES);
  expect(morePages).toHaveLength(PAGES_LIMIT - 1);
  for (const page of morePages) expect(page.text.length).toBeLessThan(GITHUB_LIMIT_CHARACTERS);
  expect(morePages.at(-1)?.text).toMatch(
    /\*\*The diff goes on, but not on more than 8 pages\.\*\* .*\n```sh\ncampanile diff --base 6dcb09b5b578 --head 0d1a26e67d8f --env prod --live\n```$/,
  );
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
