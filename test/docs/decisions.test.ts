import { expect, test } from "vitest";
import { markdownFiles } from "./markdown-files.ts";

test("the list of decisions has each page once, by its number and under its own title", async () => {
  const pages = [...(await markdownFiles())].filter(([file]) => /^docs\/decisions\/\d/.test(file)).toSorted();
  const wanted = pages.map(([file, text]) => {
    const [, number = "", title] = /^# (\d+)\. (.+)\n/.exec(text) ?? [];
    expect(file).toContain(`/${number.padStart(4, "0")}-`);
    return `${number}. [${title}](${file.replace("docs/decisions/", "")})`;
  });
  expect(wanted.map((line) => Number.parseInt(line, 10))).toEqual(wanted.map((_, index) => index + 1));
  const list = (await markdownFiles()).get("docs/decisions/README.md") ?? "";
  expect(list.match(/^\d+\. .+$/gm)).toEqual(wanted);
});
