import { expect, test } from "vitest";
import { redirect, viaMirrors } from "../../../app/domain/chart/via-mirrors.ts";
import type { ChartPin } from "../../../app/domain/hub.ts";

const MIRRORS = {
  "https://charts.example/": "https://mirror.example/all/",
  "https://charts.example/beta": "https://beta.example",
};

test.each([
  ["https://charts.example/stable/", "https://mirror.example/all/stable/"],
  ["https://charts.example/beta/", "https://beta.example/"],
  ["https://charts.example.org/", undefined],
])("%s is read from %s", (address, instead) => expect(redirect(address, MIRRORS)).toBe(instead));

const pin: ChartPin = { chart: "hub", repository: "https://charts.example/stable", version: "1.0.0", digest: "sha256:1" };
const folderOn = (repository: string): ChartPin => ({
  ...pin,
  repository: "file://hub",
  folder: {
    path: "hub",
    files: new Map(),
    locked: new Map(),
    chart: {
      name: "hub",
      version: "1.0.0",
      values: {},
      subcharts: [],
      dependencies: [{ name: "jupyterhub", version: "4.4.0", repository }],
    },
  },
});

test("a pinned chart keeps its digest, so a mirror can give nothing else", () => {
  expect(viaMirrors(pin, MIRRORS)).toEqual({ ...pin, repository: "https://mirror.example/all/stable/" });
});

test("a folder whose dependencies come from elsewhere is another chart, and one that no mirror touches is the same", () => {
  const redirected = viaMirrors(folderOn("https://charts.example/"), MIRRORS);
  expect(redirected.folder?.chart.dependencies?.[0]?.repository).toBe("https://mirror.example/all/");
  expect(redirected.digest).not.toBe(pin.digest);
  const other = folderOn("https://other.example/");
  expect(viaMirrors(other, MIRRORS)).toBe(other);
  expect(viaMirrors(other, undefined)).toBe(other);
});
