import fastify from "fastify";
import { stringify } from "yaml";
import type { PackedChart } from "../seed/pack-chart.ts";

export interface ChartRepository {
  url: string;
  stop(): Promise<void>;
}

/** A chart repository as every web server can be one: an index and the packed charts. */
export async function serveCharts(charts: readonly PackedChart[]): Promise<ChartRepository> {
  const server = fastify({ logger: false });
  const files = new Map(charts.map((chart) => [fileOf(chart), chart.tgz]));
  server.get("/index.yaml", async (_request, reply) => reply.type("application/yaml").send(indexOf(charts)));
  server.get<{ Params: { file: string } }>("/:file", async ({ params }, reply) => {
    const tgz = files.get(params.file);
    return tgz ? reply.type("application/gzip").send(tgz) : reply.code(404).send("no such chart");
  });
  await server.listen({ host: "127.0.0.1", port: 0 });
  const address = server.server.address();
  if (typeof address !== "object" || address === null) throw new Error("the chart repository has no address");
  return { url: `http://127.0.0.1:${address.port}/`, stop: () => server.close() };
}

function fileOf({ name, version }: PackedChart): string {
  return `${name}-${version}.tgz`;
}

function indexOf(charts: readonly PackedChart[]): string {
  const entries: Record<string, unknown[]> = {};
  for (const chart of charts) {
    entries[chart.name] ??= [];
    entries[chart.name]?.push({
      apiVersion: "v2",
      name: chart.name,
      version: chart.version,
      digest: chart.digest.replace("sha256:", ""),
      urls: [fileOf(chart)],
    });
  }
  return stringify({ apiVersion: "v1", entries });
}
