import { parse } from "yaml";
import { z } from "zod";

const entriesSchema = z.array(z.object({ version: z.string(), urls: z.array(z.string()).min(1), digest: z.string().optional() }));
const indexSchema = z.object({ entries: z.record(z.string(), z.unknown()) });

export type IndexEntries = z.output<typeof entriesSchema>;

/** @returns what an index.yaml says of one chart; undefined for what is no index */
export function entriesIn(text: string, chart: string): IndexEntries | undefined {
  const own = sectionOf(text, chart);
  try {
    // The index of a busy repository has ten megabytes, of which one chart's part is read.
    const index = indexSchema.parse(parse(own ?? text, { maxAliasCount: 0, schema: "failsafe" }));
    return entriesSchema.parse(index.entries[chart] ?? []);
  } catch {
    return undefined;
  }
}

/** The lines of one chart, where the index is indented as Helm writes it. */
function sectionOf(text: string, chart: string): string | undefined {
  const entries = text.search(/^entries:[^\S\n]*$/m);
  const begin = text.indexOf(`\n  ${chart}:\n`, Math.max(entries, 0));
  if (entries < 0 || begin < 0) return undefined;
  const rest = text.slice(begin + 1);
  const length = rest.slice(1).search(/\n(?: {2})?[^\s-]/);
  return `entries:\n${length < 0 ? rest : rest.slice(0, length + 1)}`;
}
