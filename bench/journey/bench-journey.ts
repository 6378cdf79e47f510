import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { JourneyReport } from "../../app/journey/journey.ts";
import { JOURNEY_FAULTS, type JourneyFault } from "../../test/real-node/journey-faults.ts";
import { type JourneyHub, openJourneyHub } from "../../test/real-node/journey-hub.ts";
import { runRealWorld } from "../../test/real-node/run-real-world.ts";
import type { Bench, Row } from "../bench.ts";
import { percentile } from "../percentile.ts";

const GOOD_JOURNEYS = 20;
const FAULTS = 20;

/**
 * Whether a journey can be relied on, on the real node by `campanile verify`: as many good ones in a row, and as many with a fault of
 * the table put in at random, each of which has to be found and told as what it is. No peer does either.
 */
export const benchJourney: Bench = async (say) => {
  const dir = await mkdtemp(path.join(tmpdir(), "campanile-bench-"));
  const startedAt = performance.now();
  const world = await runRealWorld(path.join(dir, "world"));
  const nodeMs = performance.now() - startedAt;
  const hub = await openJourneyHub(world);
  try {
    await hub.deploy({});
    const good: JourneyReport[] = [];
    for (let lap = 1; lap <= GOOD_JOURNEYS; lap++) {
      const report = await play(hub);
      good.push(report);
      say(`${lap} good: ${report.outcome}, ${report.steps.map(({ step, latencyMs }) => `${step} ${latencyMs}`).join(", ")}`);
    }
    let found = 0;
    for (let lap = 1; lap <= FAULTS; lap++) {
      const fault = JOURNEY_FAULTS[Math.floor(Math.random() * JOURNEY_FAULTS.length)];
      if (!fault) throw new Error("there is no fault to put in");
      await hub.deploy(fault.under(hub));
      const report = await play(hub);
      const isFound = isTold(report, fault);
      if (isFound) found++;
      say(`${lap} ${isFound ? "found" : "MISSED"}: ${fault.title}`);
      if (!isFound) say(JSON.stringify(report.steps.map(({ step, outcome }) => ({ step, ...outcome }))));
    }
    const worked = good.filter(({ outcome }) => outcome === "works");
    const totals = worked.map(({ steps }) => steps.reduce((sum, { latencyMs }) => sum + latencyMs, 0));
    const stepRows: Row[] = (["server", "kernel", "content", "notebook", "restart", "classmate", "grader"] as const).map(
      (step) => ({
        key: `${step}P50Ms`,
        what: `step ${step}, median`,
        value: percentile(
          worked.map(({ steps }) => steps.find((each) => each.step === step)?.latencyMs ?? 0),
          50,
        ),
        unit: "ms",
      }),
    );
    return [
      { key: "nodeUpMs", what: "the real world, from nothing running", value: nodeMs, unit: "ms" },
      { key: "journeyP50Ms", what: "a good journey, median", value: percentile(totals, 50), unit: "ms" },
      { key: "journeyP95Ms", what: "a good journey, 19 of 20", value: percentile(totals, 95), unit: "ms" },
      ...stepRows,
      {
        key: "goodMissed",
        what: `of ${GOOD_JOURNEYS} good journeys, not told as good`,
        ...missed(GOOD_JOURNEYS - worked.length),
      },
      { key: "faultsMissed", what: `of ${FAULTS} faults at random, not told as what they are`, ...missed(FAULTS - found) },
    ];
  } finally {
    await hub.stop();
    world.signal("SIGTERM");
    await world.ended;
    await rm(dir, { recursive: true, force: true });
  }
};

const missed = (count: number): Pick<Row, "value" | "unit" | "target"> => ({ value: count, unit: "missed", target: 0 });

async function play(hub: JourneyHub): Promise<JourneyReport> {
  const { stdout, stderr } = await hub.verify("--format", "json");
  if (stdout === "") throw new Error(`campanile verify said nothing: ${stderr}`);
  return JSON.parse(stdout);
}

function isTold({ steps }: JourneyReport, { step, kind, fault, code }: JourneyFault): boolean {
  const outcome = steps.find((each) => each.step === step)?.outcome;
  if (outcome?.kind !== kind || !("explanation" in outcome)) return false;
  const isWhose = outcome.kind !== "broken" || outcome.fault === fault;
  return isWhose && [code].flat().includes(outcome.explanation.code);
}
