import type { ObjectChange } from "../domain/release-diff.ts";
import { byteLength, fence } from "./markdown.ts";
import type { PreviewRelease } from "./preview-result.ts";

const LIMIT_BYTES = 12_000;

/** The outcome for programs that read checks: a fold with JSON, as many releases as fit, and how many did not. */
export function resultJson(releases: readonly PreviewRelease[]): string {
  const rows = releases.map(summarise);
  while (byteLength(write(rows, releases.length - rows.length)) > LIMIT_BYTES) rows.pop();
  return `<details><summary>The same for programs</summary>\n\n${fence(write(rows, releases.length - rows.length), "json")}\n\n</details>`;
}

function write(rows: readonly ReturnType<typeof summarise>[], left: number): string {
  return `{"left":${left},"releases":[${rows.map((row) => `\n${JSON.stringify(row)}`).join(",")}\n]}`;
}

function summarise({ releaseId, hub, environment, reasons, diff, impact, effect, drift, couldNot, basis }: PreviewRelease) {
  const count = (change: ObjectChange["change"]) => diff?.objects.filter((object) => object.change === change).length ?? 0;
  return {
    release: releaseId,
    hub,
    environment,
    reasons: reasons.slice(0, 5),
    basis,
    couldNot: couldNot?.code ?? null,
    objects: diff && { changed: count("changed"), created: count("created"), deleted: count("deleted") },
    impact: impact?.class ?? null,
    refusals: effect?.refusals.length ?? null,
    drifted: drift ? drift.objects.length : null,
  };
}
