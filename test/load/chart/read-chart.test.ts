import { expect, test } from "vitest";
import { readChart } from "../../../app/load/chart/read-chart.ts";

const files = (texts: Record<string, string>) => new Map(Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)]));

test("what is no chart is told with the reason", () => {
  expect(() => readChart(new Map(), "outer 1.0.0")).toThrow("Chart.yaml of the chart outer 1.0.0 cannot be read.");
  expect(() => readChart(files({ "Chart.yaml": "name: [" }), "x")).toThrow("(line 1)");
  expect(() => readChart(files({ "Chart.yaml": "name: x\ndependencies: [{}]" }), "x")).toThrow(
    "at: dependencies.0.name, version.",
  );
});

test("a lock file tells the versions that were chosen, and old charts have theirs under an old name", () => {
  const lock = "dependencies: [{ name: inner, version: 2.0.4 }]\n";
  const old = {
    "Chart.yaml": "name: outer\nversion: 1\n",
    "requirements.yaml": "dependencies: [{ name: inner, version: 2.x }]\n",
  };
  expect(readChart(files({ ...old, "requirements.lock": lock, "Chart.lock": "dependencies: []\n" }), "outer")).toMatchObject({
    chart: { version: "1", dependencies: [{ name: "inner", version: "2.x" }] },
    locked: new Map([["inner", "2.0.4"]]),
  });
  const now = "apiVersion: v2\nname: outer\nversion: 1.0.0\ndependencies: [{ name: inner, version: 2.x, import-values: [a] }]\n";
  expect(readChart(files({ "Chart.yaml": now, "Chart.lock": lock }), "outer")).toMatchObject({
    chart: { dependencies: [{ name: "inner", importValues: ["a"] }] },
    locked: new Map([["inner", "2.0.4"]]),
  });
});
