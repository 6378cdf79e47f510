import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { JsonObject } from "../../app/domain/json.ts";
import { EVERY_STEP_WORKS, outcomeOf, outcomesOf, useJourneyHub } from "./use-journey-hub.ts";
import { onRealNode } from "./where-possible.ts";

/** The folder `jupyterhub` of a clone of Zero to JupyterHub, whose chart is another project's and is not kept here. */
const CHART = process.env.CAMPANILE_TEST_Z2JH_CHART ?? "";
const chartMissing = existsSync(path.join(CHART, "Chart.yaml"))
  ? []
  : ["CAMPANILE_TEST_Z2JH_CHART names no folder with the chart of Zero to JupyterHub"];

/** Its own images are not to be had in a world without the internet; those here have the same programs in them. */
const IMAGES_OF_THE_WORLD: JsonObject = {
  hub: { image: { name: "registry.campanile.example/hub", tag: "5.5.0" } },
  proxy: {
    chp: { image: { name: "registry.campanile.example/configurable-http-proxy", tag: "5.1.0" } },
    service: { type: "ClusterIP" },
  },
  // An init container that needs an image with iptables.
  singleuser: { cloudMetadata: { blockWithIptables: false } },
  scheduling: { userScheduler: { enabled: false }, userPlaceholder: { enabled: false } },
};

onRealNode(
  "a student's journey on the real Zero to JupyterHub",
  () => {
    const { hub, play, expectNothingLeft } = useJourneyHub({ chartFolder: CHART });

    test("works from the first click to the next morning", async () => {
      await hub().deploy({ values: IMAGES_OF_THE_WORLD });
      const { report, exitCode } = await play();
      expect({ exitCode, steps: outcomesOf(report) }).toEqual({ exitCode: 0, steps: EVERY_STEP_WORKS });
      expect(outcomeOf(report, "hub")).toMatchObject({ says: "JupyterHub 5.5.0, DummyAuthenticator, KubeSpawner" });
      await expectNothingLeft();
    });

    test("the broken image is told by the package that it lacks", async () => {
      await hub().deploy({ image: "2026.11.3-broken", values: IMAGES_OF_THE_WORLD });
      const { report, exitCode } = await play();
      expect(exitCode).toBe(1);
      expect(outcomeOf(report, "kernel")).toMatchObject({ kind: "broken", fault: "image" });
      await expectNothingLeft();
    });
  },
  chartMissing,
);
