import { expect, test } from "vitest";
import type { Finding, Severity } from "../../app/domain/finding.ts";
import { configCheck } from "../../app/report/check-outputs.ts";
import { makeResult } from "./make-result.ts";

const GITHUB_LIMIT_CHARACTERS = 65_535;

const memory = (severity: Severity, line = 22): Finding => ({
  code: "memory-unit",
  severity,
  what: '"jupyterhub.singleuser.memory.limit" is not an amount of memory that JupyterHub can read. It concerns data8-staging, data8-prod.',
  why: "JupyterHub reads K, M, G and T, and refuses Gi and Mi: the hub does not start.",
  fix: 'Write "2G".',
  at: { file: "hubs/data8/values/common.yaml", line },
});

const hostile: Finding = {
  code: "unread-file",
  severity: "block",
  what: "hubs/<script>/@everyone_[x](https://evil.example) is read by nothing.",
  why: "\u202eIt is `not` read.",
  fix: "Remove it.\n# Really",
  at: { file: "hubs/*x*/a|b.yaml", line: 1 },
};

const check = (findings: Finding[]) => configCheck(makeResult({ findings }));

test.each<[string, Finding[], { conclusion: string; title: string }]>([
  ["nothing", [], { conclusion: "success", title: "No faults found" }],
  ["remarks", [memory("warn"), memory("info", 30)], { conclusion: "success", title: "2 remarks" }],
  ["faults", [memory("block"), hostile, memory("warn", 40)], { conclusion: "failure", title: "2 faults to mend" }],
])("of %s the check says what to do", async (name, findings, verdict) => {
  const report = check(findings);
  expect(report).toMatchObject(verdict);
  await expect(`${report.summary}\n\n---\n\n${report.text ?? ""}\n`).toMatchFileSnapshot(`expected/config-check-${name}.md`);
});

test("a list that is too long is cut between two findings, and says how many are left out", () => {
  const findings = Array.from({ length: 400 }, (_, index) => memory("block", index + 1));
  const { text = "", summary } = check(findings);
  expect(text.length).toBeLessThanOrEqual(GITHUB_LIMIT_CHARACTERS);
  expect(text.length).toBeGreaterThan(GITHUB_LIMIT_CHARACTERS - 1_500);
  const shown = text.match(/^❌/gm)?.length ?? 0;
  const [list = "", note = ""] = text.split("\n\n_This list is cut: ");
  expect(list.endsWith('**What to do:** Write "2G".')).toBe(true);
  expect(note).toContain(`${400 - shown} more findings did not fit.`);
  expect(summary).toContain("- … and 395 more, below.");
  expect(summary.length).toBeLessThan(2_000);
});

test("of thousands of faults those that matter most are marked, and the rest is told", () => {
  const findings = Array.from({ length: 3_000 }, (_, index) => memory("block", index + 1));
  const { annotations, summary } = check(findings);
  expect(annotations).toHaveLength(500);
  expect(annotations[0]).toMatchObject({ start_line: 1, annotation_level: "failure", title: "memory-unit" });
  expect(summary).toContain("The 500 that matter most are marked on their lines");
});

test("words of the longest kind still fit every field", () => {
  const long = "&".repeat(10_000);
  const finding: Finding = {
    ...memory("block"),
    what: long,
    why: long,
    fix: long,
    at: { file: `${"*".repeat(4_000)}.yaml`, line: 1 },
  };
  const {
    summary,
    text = "",
    annotations,
  } = check(Array.from({ length: 60 }, (_, index) => ({ ...finding, at: { ...finding.at, line: index } })));
  expect(summary.length).toBeLessThanOrEqual(GITHUB_LIMIT_CHARACTERS);
  expect(text.length).toBeLessThanOrEqual(GITHUB_LIMIT_CHARACTERS);
  expect(text).toContain("This list is cut");
  expect(annotations[0]?.message.length).toBeLessThanOrEqual(4_000);
});
