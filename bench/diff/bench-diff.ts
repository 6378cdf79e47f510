import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pLimit from "p-limit";
import { createChartStore } from "../../app/adapters/charts/chart-store.ts";
import { openGitTree } from "../../app/adapters/git/git-tree.ts";
import { createHelm } from "../../app/adapters/helm/create-helm.ts";
import { openTemplates } from "../../app/adapters/helm/resident-renderer.ts";
import { type OpenEvaluation, openEvaluation } from "../../app/cli/diff/open-evaluation.ts";
import type { Release } from "../../app/domain/release.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { packSampleCharts } from "../../app/local/seed/sample-artefacts.ts";
import { type Evaluated, evaluateChange } from "../../app/pipeline/evaluate-change.ts";
import { releasesOf } from "../../app/plan/releases-of.ts";
import { createRedactor } from "../../app/redact/create-redactor.ts";
import { previewComment } from "../../app/report/preview-comment.ts";
import { writeHistory } from "../../test/history/write-history.ts";
import { ensureTools } from "../../tools/install-tools.ts";
import type { Bench, Row } from "../bench.ts";
import { childrenCpuMs } from "../children-cpu.ts";
import { type Files, hubName, makeFleet } from "../validate/make-fleet.ts";
import { benchHelmDiff, benchKubectlDiff, helmTemplateCpuMs, type PeerFigures } from "./bench-peer.ts";
import { ensureHelmDiff } from "./ensure-helm-diff.ts";
import { openCluster, valuesOf } from "./open-cluster.ts";

/** The size of DataHub: 27 hubs in two environments. */
const HUBS = 27;
const CORES = 2;
/** Fleets between which the price of one hub's change is compared. */
const FEW_HUBS = 10;
const MANY_HUBS = 1_000;
/** What takes a sixth of a second is done several times: the best lap is the one that nothing else on the machine disturbed. */
const LAPS = 7;

/** What a preview costs that renders, asks the API server and compares: all releases changed, one of them, none; beside the peer. */
export const benchDiff: Bench = async (say) => {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-bench-"));
  try {
    const tools = await ensureTools(["helm", "etcd", "kubernetes"]);
    const helmDiff = await ensureHelmDiff(say);
    const charts = await writeCharts(path.join(folder, "charts"));
    const chart = path.join(charts, "hub-1.0.0.tgz");
    await using cluster = await openCluster(path.join(folder, "cluster"), tools);
    Object.assign(process.env, {
      KUBECONFIG: cluster.kubeconfig,
      CAMPANILE_HELM: tools.helm,
      CAMPANILE_HELM_RENDER: tools["helm-render"],
      CAMPANILE_DATA_DIR: path.join(folder, "data"),
    });
    const open = () =>
      openEvaluation({ charts: chartStore(folder, charts), mirrors: {}, isLive: true, redactor: createRedactor() });

    const files = await makeBenchFleet(HUBS);
    const changes = await writeChanges(path.join(folder, "fleet.git"), files);
    const deployed = await changes.releases(changes.base);
    say(`${deployed.length} releases are installed by Helm`);
    await cluster.install(deployed, changes.base, chart, CORES);

    say("all of them changed");
    await using evaluation = await open();
    const cold = await measure(evaluation, changes, changes.all[0] ?? "", deployed.length);
    const all = await measure(evaluation, changes, changes.all[1] ?? "", deployed.length);
    say("one of them changed");
    const ones: Measured[] = [];
    for (const sha of changes.one) ones.push(await measure(evaluation, changes, sha, 1));
    const one = best(ones);
    say("nothing changed");
    const nothing = await measure(evaluation, changes, changes.nothing, 0);
    const memoryMb = process.memoryUsage().rss / 1e6;

    const changed = await changes.releases(changes.all[1] ?? "");
    const same = { folder: path.join(folder, "peer"), tools, kubeconfig: cluster.kubeconfig, chart, atOnce: CORES };
    say("helm template and kubectl diff --server-side on all of them");
    const kubectlDiff = await benchKubectlDiff(changed, same);
    if (helmDiff !== undefined) say("helm diff upgrade on all of them");
    const peer = helmDiff === undefined ? kubectlDiff : await benchHelmDiff(helmDiff, changed, same);
    const renderCpu = { ours: await renderAll(changed, same), helm: await helmTemplateCpuMs(changed, same) };

    say(`one hub's change in ${FEW_HUBS} hubs, and in ${MANY_HUBS}`);
    const { few, many } = await measureSizes(folder, open);
    const peerName = helmDiff === undefined ? "helm template and kubectl diff --server-side" : "helm diff upgrade";
    return rowsOf({ cold, all, one, nothing, peer, peerName, kubectlDiff, few, many, renderCpu, memoryMb });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

async function writeCharts(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const { name, version, tgz } of await packSampleCharts())
    await writeFile(path.join(folder, `${name}-${version}.tgz`), tgz);
  return folder;
}

function chartStore(folder: string, charts: string) {
  return createChartStore({ cacheDir: path.join(folder, "data"), mirrors: { "https://charts.campanile.example/": charts } });
}

/** No node is there that could run a hook, and none is needed: what Helm waits for is not what is measured. */
async function makeBenchFleet(hubs: number): Promise<Files> {
  const files = await makeFleet(hubs);
  const common = "values/common.yaml";
  return { ...files, [common]: `${files[common]}  prePuller:\n    hook:\n      enabled: false\n` };
}

const values = (hub: number) => `hubs/${hubName(hub)}/values/prod.yaml`;
const spawnLimit = (text: string, limit: number) => text.replace("concurrentSpawnLimit: 128", `concurrentSpawnLimit: ${limit}`);

interface Changes {
  repository: string;
  base: string;
  all: string[];
  one: string[];
  nothing: string;
  releases(sha: string): Promise<readonly Release[]>;
}

/** Each commit is a change of its own on top of the base. */
async function writeChanges(repository: string, files: Files): Promise<Changes> {
  const common = "values/common.yaml";
  const [everywhere = "", here = ""] = [files[common], files[values(0)]];
  const forAll = (seconds: number) => ({ [common]: everywhere.replace("every: 600", `every: ${seconds}`) });
  const { shas } = await writeHistory(repository, [
    { message: "fleet", files },
    { message: "all", files: forAll(61) },
    { message: "all, again", files: forAll(62) },
    ...Array.from({ length: LAPS }, (_, lap) => ({
      message: `one, ${lap}`,
      files: { [common]: everywhere, [values(0)]: spawnLimit(here, 63 + lap) },
    })),
    { message: "nothing", files: { [values(0)]: `# Ask the GSIs first.\n${here}` } },
  ]);
  const [base = "", all = "", again = "", ...others] = shas;
  return {
    repository,
    base,
    all: [all, again],
    one: others.slice(0, LAPS),
    nothing: others[LAPS] ?? "",
    async releases(sha) {
      const { fleet, findings } = await loadFleet(await openGitTree(repository, sha), sha);
      if (!fleet) throw new Error(`the fleet has faults: ${findings[0]?.what}`);
      return releasesOf(fleet, "4.2.4");
    },
  };
}

interface Measured {
  wallMs: number;
  /** Lines of the comment outside its folds. */
  lines: number;
}

async function measure(
  { ports }: OpenEvaluation,
  { repository, base }: Pick<Changes, "repository" | "base">,
  sha: string,
  touched: number,
): Promise<Measured> {
  const side = async (commit: string) => ({ tree: await openGitTree(repository, commit), sha: commit });
  const startedAt = performance.now();
  const evaluated = await evaluateChange(ports, { base: await side(base), head: await side(sha), isFork: false });
  const wallMs = performance.now() - startedAt;
  const fault = evaluated.findings.find(({ severity }) => severity === "block");
  if (fault) throw new Error(`${fault.at.file}:${fault.at.line} ${fault.code}: ${fault.what}`);
  const wrong = evaluated.couldNot ?? evaluated.releases.find(({ couldNot }) => couldNot)?.couldNot;
  if (wrong) throw new Error(`${wrong.what} ${wrong.why}`);
  const looked = evaluated.releases.filter(({ basis, diff }) => basis === "live" && diff && diff.objects.length > 0);
  if (looked.length !== touched) throw new Error(`${looked.length} releases were looked at, not ${touched}`);
  return {
    wallMs,
    lines: linesOutsideFolds(evaluated, base, sha),
  };
}

function linesOutsideFolds({ promotions, environments, ...evaluated }: Evaluated, baseSha: string, headSha: string): number {
  const comment = previewComment(
    { baseSha, headSha, mode: "deploy", isFork: false, environments: environments ?? [], ...evaluated },
    promotions,
  );
  return comment
    .replace(/<details>.*?<\/details>/gs, "")
    .split("\n")
    .filter((line) => line.trim() !== "").length;
}

/** The same renders as the peer's, against the same cluster, by the renderer that stays: its start and its end are in it. */
async function renderAll(
  releases: readonly Release[],
  { folder, tools, kubeconfig, chart, atOnce }: Parameters<typeof benchKubectlDiff>[1],
): Promise<number | undefined> {
  const options = { homeDir: path.join(folder, "helm-home"), redact: (text: string) => text };
  const templates = openTemplates(createHelm({ ...options, binary: tools.helm }), tools["helm-render"], options);
  const limit = pLimit(atOnce);
  const before = await childrenCpuMs();
  const given = (release: Release) => ({ namespace: release.namespace, values: valuesOf(release), cluster: { kubeconfig } });
  await Promise.all(releases.map((release) => limit(() => templates.template(release.id, chart, given(release)))));
  await templates.stop();
  const after = await childrenCpuMs();
  return before === undefined || after === undefined ? undefined : after - before;
}

/**
 * One hub's release in fleets of two sizes, with the base known; the release itself need not be deployed. They take turns, so that a
 * machine that is busy for a while is busy for both.
 */
async function measureSizes(folder: string, open: () => Promise<OpenEvaluation>): Promise<{ few: Measured; many: Measured }> {
  const fewHubs = await writeChanges(path.join(folder, "few.git"), await makeBenchFleet(FEW_HUBS));
  const manyHubs = await writeChanges(path.join(folder, "many.git"), await makeBenchFleet(MANY_HUBS));
  await using ofFew = await open();
  await using ofMany = await open();
  const few: Measured[] = [];
  const many: Measured[] = [];
  for (let lap = 0; lap < LAPS; lap++) {
    few.push(await measure(ofFew, fewHubs, fewHubs.one[lap] ?? "", 1));
    many.push(await measure(ofMany, manyHubs, manyHubs.one[lap] ?? "", 1));
  }
  return { few: best(few), many: best(many) };
}

const best = (laps: readonly Measured[]) => laps.reduce((a, b) => (a.wallMs < b.wallMs ? a : b));

interface Figures {
  cold: Measured;
  all: Measured;
  one: Measured;
  nothing: Measured;
  peer: PeerFigures;
  peerName: string;
  /** The same as the peer where that is not to be had. */
  kubectlDiff: PeerFigures;
  few: Measured;
  many: Measured;
  renderCpu: { ours: number | undefined; helm: number | undefined };
  memoryMb: number;
}

function rowsOf({ cold, all, one, nothing, peer, peerName, kubectlDiff, few, many, renderCpu, memoryMb }: Figures): Row[] {
  const ms = (key: string, what: string, value: number, target?: number): Row => ({
    key,
    what,
    value,
    unit: "ms",
    ...(target === undefined ? {} : { target }),
  });
  const ratio = (key: string, what: string, value: number, target: number): Row => ({ key, what, value, unit: "of it", target });
  return [
    ms("allColdMs", "54 releases changed, all three layers, nothing known", cold.wallMs),
    ms("allMs", "54 releases changed, all three layers, the base known", all.wallMs),
    ms("oneMs", "1 of 54 changed", one.wallMs),
    ms("nothingMs", "nothing changed", nothing.wallMs, 1_000),
    ms("peerMs", `${peerName} of 54, the peer`, peer.wallMs),
    ...(peer === kubectlDiff
      ? []
      : [ms("kubectlDiffMs", "helm template and kubectl diff --server-side of 54", kubectlDiff.wallMs)]),
    ratio("all", "54 changed beside the peer", all.wallMs / peer.wallMs, 1 / 4),
    ratio("one", "1 of 54 changed beside the peer, which looks at all", one.wallMs / peer.wallMs, 1 / 20),
    ...(renderCpu.ours === undefined || renderCpu.helm === undefined
      ? []
      : [
          ratio(
            "renderCpu",
            "processor time of 54 renders beside helm template of the same",
            renderCpu.ours / renderCpu.helm,
            1.25,
          ),
        ]),
    ms("oneInFewMs", `1 release changed in ${FEW_HUBS} hubs`, few.wallMs),
    ms("oneInManyMs", `1 release changed in ${MANY_HUBS.toLocaleString("en")} hubs`, many.wallMs),
    ratio("size", "the large fleet beside the small one", many.wallMs / few.wallMs, 1.5),
    { key: "linesOfOne", what: "Lines of the comment outside its folds, 1 changed", value: one.lines, unit: "lines", target: 12 },
    { key: "peerLines", what: "Lines of the peer's diffs of 54", value: peer.lines, unit: "lines" },
    { key: "memoryMb", what: "Resident memory after all of that in 54 releases", value: memoryMb, unit: "MB", target: 300 },
  ];
}
