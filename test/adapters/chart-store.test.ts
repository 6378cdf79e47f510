import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createChartStore } from "../../app/adapters/charts/chart-store.ts";
import { gzipStored, packTar } from "../../app/adapters/charts/deterministic-archive.ts";
import type { ChartPin } from "../../app/domain/hub.ts";
import { readChart } from "../../app/load/chart/read-chart.ts";
import { type ChartRepository, serveCharts } from "../../app/local/world/serve-charts.ts";
import { ensureTools } from "../../tools/install-tools.ts";

const REPOSITORY = "https://charts.somewhere.example/stable/";
const UNREACHABLE = "https://nobody-is-here.invalid.example/";

let folder: string;
let web: ChartRepository;
const VERSIONS = ["1.0.0", "1.2.0", "1.10.3", "2.0.0-beta.1", "0.1.0+build.7"];

function pack(version: string): Buffer {
  const files = {
    "Chart.yaml": `apiVersion: v2\nname: inner\nversion: ${version}\n`,
    "values.yaml": `seats: ${version.length}\n`,
  };
  return gzipStored(packTar(new Map(Object.entries(files).map(([file, text]) => [`inner/${file}`, Buffer.from(text)]))));
}

const digestOf = (content: Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const pin = (version: string, change: Partial<ChartPin> = {}): ChartPin => ({
  chart: "inner",
  repository: REPOSITORY,
  version,
  digest: digestOf(pack(version)),
  ...change,
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "campanile-charts-"));
  web = await serveCharts(
    VERSIONS.map((version) => ({ name: "inner", version, description: "", digest: digestOf(pack(version)), tgz: pack(version) })),
  );
});
afterAll(async () => {
  await web.stop();
  await rm(folder, { recursive: true, force: true });
});

let caches = 0;
const store = (mirrors: Record<string, string>, cacheDir = path.join(folder, `cache-${caches++}`)) =>
  createChartStore({ cacheDir, mirrors });

describe("a pinned chart", () => {
  test("is fetched once, checked, and there when its repository is away", async () => {
    const cache = path.join(folder, "kept");
    const file = await store({ [REPOSITORY]: web.url }, cache).fetchChart(pin("1.2.0"));
    expect(path.basename(file)).toBe(`${pin("1.2.0").digest.slice("sha256:".length)}.tgz`);
    expect(await store({ [REPOSITORY]: path.join(folder, "nothing") }, cache).fetchChart(pin("1.2.0"))).toBe(file);
  });

  test("of other content than the pinned one is refused", async () => {
    const wrong = pin("1.2.0", { digest: `sha256:${"0".repeat(64)}` });
    await expect(store({ [REPOSITORY]: web.url }).fetchChart(wrong)).rejects.toThrow("is not the one that was pinned");
  });

  test("that is not there is told with the newest that are", async () => {
    await expect(store({ [REPOSITORY]: web.url }).fetchChart(pin("1.3.0"))).rejects.toThrow(
      `${REPOSITORY} has no chart inner 1.3.0. The newest it has: 2.0.0-beta.1, 1.10.3, 1.2.0, 1.0.0`,
    );
  });

  test.each([
    ["with an index", true],
    ["of packed charts alone", false],
  ])("comes out of a mirror's folder %s", async (_, hasIndex) => {
    const mirror = path.join(folder, `mirror-${hasIndex}`);
    const server = await fetch(`${web.url}index.yaml`);
    await execa("mkdir", ["-p", mirror]);
    for (const version of VERSIONS) await writeFile(path.join(mirror, `inner-${version}.tgz`), pack(version));
    if (hasIndex) await writeFile(path.join(mirror, "index.yaml"), await server.text());
    const file = await store({ [REPOSITORY]: mirror }).fetchChart(pin("1.10.3"));
    expect(file).toContain(pin("1.10.3").digest.slice("sha256:".length));
  });

  test("that a real Helm pushed to a real registry is found there by its version", async () => {
    const { helm } = await ensureTools(["helm"]);
    const { registry } = inject("world");
    const host = registry.replace(/^https?:\/\//, "");
    const at = `oci://${host}/charts-${Date.now().toString(36)}`;
    for (const version of ["1.2.0", "0.1.0+build.7"]) {
      const file = path.join(folder, `push-${version}.tgz`);
      await writeFile(file, pack(version));
      await execa(helm, ["push", file, at, "--plain-http"], {
        env: { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder },
      });
    }
    const charts = store({ "oci://registry.somewhere.example/charts": at });
    for (const version of ["1.2.0", "0.1.0+build.7"]) {
      const pinned = pin(version, { repository: "oci://registry.somewhere.example/charts" });
      expect(await charts.fetchChart(pinned)).toContain(pinned.digest.slice("sha256:".length));
    }
    await expect(charts.fetchChart(pin("9.9.9", { repository: "oci://registry.somewhere.example/charts" }))).rejects.toThrow(
      "has no chart inner 9.9.9",
    );
  });
});

describe("an address that a pull request names", () => {
  test.each([
    "http://charts.example.org/",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://169.254.169.254/latest/",
    "https://metadata.google.internal/",
    "https://charts/",
    "https://charts.default.svc/",
    "oci://10.0.0.1/charts",
    "ftp://charts.example.org/",
  ])("%s is not asked unless it is a mirror", async (repository) => {
    await expect(store({}).fetchChart(pin("1.0.0", { repository }))).rejects.toThrow(
      /asks only public addresses with https:\/\/ that a pull request names/,
    );
  });

  test("that does not answer is a failure that says so", async () => {
    await expect(store({}).fetchChart(pin("1.0.0", { repository: UNREACHABLE }))).rejects.toThrow(
      `The chart inner 1.0.0 could not be fetched from ${UNREACHABLE}.`,
    );
  });
});

describe("a chart in a folder of the fleet", () => {
  const folderPin = (version: string, more: Record<string, string> = {}): ChartPin => {
    const files = new Map(
      Object.entries({
        "Chart.yaml": `apiVersion: v2\nname: outer\nversion: 1.0.0\ndependencies: [{ name: inner, version: "${version}", repository: "${REPOSITORY}" }]\n`,
        "templates/echo.yaml": "out: {{ .Values.inner.seats }}\n",
        ...more,
      }).map(([file, text]) => [file, Buffer.from(text)]),
    );
    const { chart, locked } = readChart(files, "outer");
    const digest = digestOf(Buffer.from(JSON.stringify([version, more])));
    return { chart: "outer", repository: "file://hub", version: "1.0.0", digest, folder: { path: "hub", files, chart, locked } };
  };
  const lock = (version: string) => ({
    "Chart.lock": `dependencies: [{ name: inner, version: ${version}, repository: "${REPOSITORY}" }]\n`,
  });

  test.each([
    ["an exact version", "1.2.0", {}, "1.2.0"],
    ["the newest of a range", "^1.0.0", {}, "1.10.3"],
    ["an early release only where the range names one", ">=1.0.0-0", {}, "2.0.0-beta.1"],
    ["what the lock file chose", "^1.0.0", lock("1.0.0"), "1.0.0"],
    ["not what a lock file chose that no longer fits", "^1.1.0", lock("1.0.0"), "1.10.3"],
  ])("is packed with %s, and the real Helm takes it", async (_, range, more, expected) => {
    const charts = store({ [REPOSITORY]: web.url });
    const pinned = folderPin(range, more);
    const { chart } = readChart(await charts.readChart(pinned), "outer");
    expect(chart.subcharts.map(({ name, version }) => [name, version])).toEqual([["inner", expected]]);
    const { helm } = await ensureTools(["helm"]);
    const { stdout } = await execa(helm, ["template", "x", await charts.fetchChart(pinned)]);
    expect(stdout).toContain(`out: ${expected.length}`);
  });

  test("is packed again without its dependency's repository when only its own files change", async () => {
    const cache = path.join(folder, "own-change");
    await store({ [REPOSITORY]: web.url }, cache).fetchChart(folderPin("1.2.0"));
    const away = store({ [REPOSITORY]: path.join(folder, "nothing") }, cache);
    await expect(away.fetchChart(folderPin("1.2.0", { "values.yaml": "a: 1\n" }))).resolves.toContain(".tgz");
    await expect(away.fetchChart(folderPin("1.10.3"))).rejects.toThrow("could not be fetched");
  });
});
