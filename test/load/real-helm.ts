import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import type { JsonObject } from "../../app/domain/json.ts";
import { ensureTools } from "../../tools/install-tools.ts";

/** How the real Helm reads values: a chart that prints them, once per group of files. */
export interface HelmReader {
  /** @param groups each a list of values files' texts, as several `-f` of one release */
  read(groups: readonly (readonly string[])[]): Promise<JsonObject[]>;
  remove(): Promise<void>;
}

/**
 * One chart holds one subchart's worth of printing per call, so groups are run side by side, two at a time.
 */
export async function startHelmReader(): Promise<HelmReader> {
  const { helm } = await ensureTools(["helm"]);
  const folder = await mkdtemp(join(tmpdir(), "campanile-helm-"));
  const chart = join(folder, "echo");
  await mkdir(join(chart, "templates"), { recursive: true });
  await writeFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: echo\nversion: 0.1.0\n");
  await writeFile(join(chart, "templates/echo.yaml"), "out: {{ .Values | toJson | quote }}\n");
  let calls = 0;

  async function readOne(texts: readonly string[]): Promise<JsonObject> {
    const own = join(folder, String(calls++));
    await mkdir(own);
    const files = texts.map((_, index) => join(own, `${index}.yaml`));
    await Promise.all(files.map((file, index) => writeFile(file, texts[index] ?? "")));
    const { stdout } = await execa(helm, ["template", "release", chart, ...files.flatMap((file) => ["-f", file])], {
      env: {
        HELM_CACHE_HOME: join(folder, "cache"),
        HELM_CONFIG_HOME: join(folder, "config"),
        HELM_DATA_HOME: join(folder, "data"),
      },
    });
    return JSON.parse(String(parse(stdout).out));
  }

  return {
    read: async (groups) => {
      const results: JsonObject[] = [];
      for (let start = 0; start < groups.length; start += 2)
        results.push(...(await Promise.all(groups.slice(start, start + 2).map(readOne))));
      return results;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
