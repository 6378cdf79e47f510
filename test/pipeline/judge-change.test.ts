import { expect, test } from "vitest";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { judgeChange, type ReadsCharts } from "../../app/pipeline/judge-change.ts";
import { releasesOf } from "../../app/plan/releases-of.ts";
import { readFolder, treeOf } from "../load/config-trees.ts";

const COMMON = "hubs/data8/values/common.yaml";
const sample = await readFolder(SAMPLE_FLEET_FOLDER);
const doubled = (text: string) => `${text}  cull: { enabled: true }\n  cull: { every: 300 }\n`;
const side = (files: Record<string, string>) => ({ tree: treeOf(files), sha: "1".repeat(40) });

test("a duplicate key blocks whoever brings it, and nobody after that", async () => {
  const broken = { ...sample, [COMMON]: doubled(sample[COMMON] ?? "") };
  const brought = await judgeChange({ base: side(sample), head: side(broken) });
  expect(brought.findings.map(({ code, severity }) => [code, severity])).toContainEqual(["duplicate-key", "block"]);
  const later = { ...broken, [COMMON]: `# a comment moves every line\n${broken[COMMON]}` };
  const { findings, head } = await judgeChange({ base: side(broken), head: side(later) });
  expect(findings.map(({ code, severity, isOld }) => [code, severity, isOld])).toEqual([["duplicate-key", "warn", true]]);
  expect(head.fleet?.hubs).toHaveLength(3);
});

test("a file that cannot be read blocks also when it could not be read before", async () => {
  const broken = side({ ...sample, [COMMON]: "jupyterhub: [" });
  const { findings, head } = await judgeChange({ base: broken, head: broken });
  expect(findings.map(({ code, severity }) => [code, severity])).toEqual([["yaml-syntax", "block"]]);
  expect(head.fleet).toBeUndefined();
});

test("a key in a commit is found though the files describe no fleet", async () => {
  const commits = [{ sha: "c".repeat(40), file: "notes.md", lines: [{ number: 3, text: `ghp_${"aB3".repeat(12)}` }] }];
  const { findings } = await judgeChange({ base: side(sample), head: side({ "README.md": "" }), commits });
  expect(findings.map(({ code, at }) => [code, at.file, at.line])).toContainEqual(["secret-in-commit", "notes.md", 3]);
});

test("a chart that cannot be had is told, and the rules that need none still speak", async () => {
  const broken = (sample[COMMON] ?? "").replace("limit: 2G", "limit: 2Gi");
  const { findings, couldNot } = await judgeChange(
    { head: side({ ...sample, [COMMON]: broken }) },
    { readChart: async () => new Map() },
  );
  expect(findings.map(({ code }) => code)).toEqual(["memory-unit"]);
  expect(couldNot.map(({ code }) => code)).toEqual(["chart-unreadable"]);
});

test("charts are read from the mirrors that the base names, never from those of the change", async () => {
  const own = "https://charts.campanile.example/";
  const mirror = (to: string) => ({ ...sample, "campanile.yaml": `${sample["campanile.yaml"]}mirrors:\n  ${own}: ${to}\n` });
  const here = "https://mirror.university.example/charts/";
  const elsewhere = "https://elsewhere.example/";
  const asked = async (change: Parameters<typeof judgeChange>[0]) => {
    const repositories = new Set<string>();
    const readChart: ReadsCharts = async ({ repository }) => {
      repositories.add(repository);
      return new Map();
    };
    const { head } = await judgeChange(change, { readChart });
    const planned = head.fleet ? releasesOf(head.fleet, "4.0.0").map(({ chart }) => chart.repository) : [];
    return [...new Set([...repositories, ...planned])];
  };
  expect(await asked({ base: side(sample), head: side(mirror(elsewhere)) })).toEqual([own]);
  expect(await asked({ base: side(mirror(here)), head: side(mirror(elsewhere)) })).toEqual([here]);
  expect(await asked({ base: side(mirror(here)), head: side(sample) })).toEqual([here]);
  expect(await asked({ head: side(mirror(here)) })).toEqual([here]);
});

test("a file that git-crypt hides is encrypted, whatever .sops.yaml wants", async () => {
  const secrets = "hubs/data8/secrets/prod.yaml";
  expect(sample[".sops.yaml"]).toContain("secrets");
  const { findings } = await judgeChange({ head: side({ ...sample, [secrets]: "\0GITCRYPT\0\u0001" }) });
  expect(findings.map(({ code, at }) => [code, at.file])).toEqual([["git-crypt", secrets]]);
});
