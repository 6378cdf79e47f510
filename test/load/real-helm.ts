import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ExecaError, execa } from "execa";
import { parse, stringify } from "yaml";
import type { Chart } from "../../app/domain/chart/chart.ts";
import { isJsonObject, type JsonObject } from "../../app/domain/json.ts";
import { ensureTools } from "../../tools/install-tools.ts";

/** How the real Helm reads values: a chart that prints them, once per group of files. */
export interface HelmReader {
  /** @param groups each a list of values files' texts, as several `-f` of one release */
  read(groups: readonly (readonly string[])[]): Promise<JsonObject[]>;
  /** What a chart of ours with all that is inside it sees, and what Helm says meanwhile; undefined values when Helm refuses. */
  readChart(chart: Chart, texts: readonly string[]): Promise<{ values: JsonObject | undefined; said: string }>;
  /** Many files, each read by itself in one run: its value, or undefined where Helm cannot read it. */
  parseEach(texts: readonly string[]): Promise<(JsonObject | undefined)[]>;
  remove(): Promise<void>;
}

const PRINT = "out: {{ .Values | toJson | quote }}\n";

/** `fromYaml` is what Helm reads values with; its mistakes come back under the key `Error`. */
const PARSE_EACH = `{{- $all := dict }}
{{- range $path, $_ := .Files.Glob "docs/*" }}{{ $_ := set $all $path ($.Files.Get $path | fromYaml) }}{{ end }}
out: {{ $all | toJson | quote }}
`;

/** Groups are run side by side, two at a time. */
export async function startHelmReader(): Promise<HelmReader> {
  const { helm } = await ensureTools(["helm"]);
  const folder = await mkdtemp(join(tmpdir(), "campanile-helm-"));
  const echo = join(folder, "echo");
  await writeFiles(echo, { "Chart.yaml": "apiVersion: v2\nname: echo\nversion: 0.1.0\n", "templates/echo.yaml": PRINT });
  let calls = 0;

  async function template(chart: string, texts: readonly string[]) {
    const own = join(folder, String(calls++));
    await mkdir(own);
    const files = texts.map((_, index) => join(own, `${index}.yaml`));
    await Promise.all(files.map((file, index) => writeFile(file, texts[index] ?? "")));
    return execa(helm, ["template", "release", chart, ...files.flatMap((file) => ["-f", file])], {
      maxBuffer: 256 * 1024 * 1024,
      env: {
        HELM_CACHE_HOME: join(folder, "cache"),
        HELM_CONFIG_HOME: join(folder, "config"),
        HELM_DATA_HOME: join(folder, "data"),
      },
    });
  }
  const readOne = async (texts: readonly string[]) => printed((await template(echo, texts)).stdout);

  return {
    read: async (groups) => {
      const results: JsonObject[] = [];
      for (let start = 0; start < groups.length; start += 2)
        results.push(...(await Promise.all(groups.slice(start, start + 2).map(readOne))));
      return results;
    },
    async readChart(chart, texts) {
      const own = join(folder, `chart-${calls++}`);
      await writeFiles(own, { ...chartFiles(chart), "templates/echo.yaml": PRINT });
      try {
        const { stdout, stderr } = await template(own, texts);
        return { values: printed(stdout), said: stderr };
      } catch (error) {
        return { values: undefined, said: String((error as ExecaError).stderr) };
      }
    },
    async parseEach(texts) {
      const own = join(folder, `parse-${calls++}`);
      await writeFiles(own, {
        "Chart.yaml": "apiVersion: v2\nname: parse\nversion: 0.1.0\n",
        "templates/parse.yaml": PARSE_EACH,
        ...Object.fromEntries(texts.map((text, index) => [`docs/${index}`, text])),
      });
      const results = printed((await template(own, [])).stdout);
      return texts.map((_, index) => {
        const result = results[`docs/${index}`];
        return isJsonObject(result) && !Object.hasOwn(result, "Error") ? result : undefined;
      });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function printed(stdout: string): JsonObject {
  return JSON.parse(String(parse(stdout, { maxAliasCount: 0 }).out));
}

/** The files of a chart, those inside it below `charts/`. */
function chartFiles(chart: Chart): Record<string, string> {
  const dependencies = chart.dependencies?.map(({ importValues, ...each }) => ({
    ...each,
    ...(importValues ? { "import-values": importValues } : {}),
  }));
  const inside = chart.subcharts.flatMap((subchart) =>
    Object.entries(chartFiles(subchart)).map(([file, text]) => [`charts/${subchart.name}/${file}`, text]),
  );
  return {
    "Chart.yaml": stringify({ apiVersion: "v2", name: chart.name, version: chart.version, dependencies }),
    "values.yaml": stringify(chart.values),
    ...Object.fromEntries(inside),
  };
}

async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
}
