import { describe, expect, test } from "vitest";
import { FILE_CHECKS } from "../../app/load/file-checks.ts";
import { loadExample } from "../validate/example-fleet.ts";

const withExample = FILE_CHECKS.flatMap(({ code, severity, example }) => (example ? [[code, severity, example] as const] : []));

describe.each(withExample)("%s", (code, severity, example) => {
  test("is found in the example that fails, and not in the one that passes", async () => {
    const { findings } = await loadExample(example.fails);
    expect(findings.filter((finding) => finding.code === code).map((finding) => finding.severity)).toContain(severity);
    expect((await loadExample(example.passes)).findings).toEqual([]);
  });
});
