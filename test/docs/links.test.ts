import { stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { markdownFiles, ROOT, withoutCode } from "./markdown-files.ts";

test("every link from one page to another leads to a file that is there, and to a heading in it", async () => {
  const pages = await markdownFiles();
  const links = [...pages].flatMap(([page, text]) => linksIn(text).map((target) => ({ page, target })));
  expect(links.length).toBeGreaterThan(20);
  const broken = await Promise.all(links.map(async (link) => ((await leadsSomewhere(link, pages)) ? [] : [link])));
  expect(broken.flat()).toEqual([]);
});

/** Relative ones: other sites may be away while the tests run. */
function linksIn(markdown: string): string[] {
  const targets = [...withoutCode(markdown).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => target ?? "");
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

async function leadsSomewhere({ page, target }: { page: string; target: string }, pages: ReadonlyMap<string, string>) {
  const [file = "", heading] = target.split("#");
  const linked = file === "" ? page : path.posix.join(path.posix.dirname(page), file);
  const isThere = await stat(path.join(ROOT, linked)).then(
    () => true,
    () => false,
  );
  return isThere && (heading === undefined || headingsIn(pages.get(linked) ?? "").includes(heading));
}

/** As GitHub names them. */
function headingsIn(markdown: string): string[] {
  const headings = [...markdown.replace(/^```.*?^```$/gms, "").matchAll(/^#+ (.+)$/gm)].map(([, text]) => text ?? "");
  return headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
