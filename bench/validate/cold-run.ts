import { unpackChart } from "../../app/adapters/charts/unpack-chart.ts";
import { openGitTree } from "../../app/adapters/git/git-tree.ts";
import { judgeChange } from "../../app/pipeline/judge-change.ts";

// Judges one commit, with the schemas of its packed chart, and says how long that took since the process began.
const [repository = "", sha = "", chart = ""] = process.argv.slice(2);
const tree = await openGitTree(repository, sha);
const { head, findings } = await judgeChange({ head: { tree, sha } }, { readChart: () => unpackChart(chart) });
if (findings.length > 0) throw new Error(`the fleet has faults: ${findings[0]?.what}`);
const releases = head.fleet?.hubs.flatMap(({ environments }) => environments).length;
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ wallMs: performance.now(), cpuMs: (user + system) / 1000, releases }));
