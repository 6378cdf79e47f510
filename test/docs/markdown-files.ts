import { readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

export const ROOT = path.resolve(import.meta.dirname, "../..");

/** The project's pages, by their paths: all of its Markdown but what tests compare with. */
export async function markdownFiles(): Promise<Map<string, string>> {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", "*.md"];
  const { stdout } = await execa("git", args, { cwd: ROOT });
  const files = stdout.split("\0").filter((file) => file !== "" && !file.includes("/expected/"));
  const texts = await Promise.all(files.map((file) => readFile(path.join(ROOT, file), "utf8")));
  return new Map(files.map((file, index) => [file, texts[index] ?? ""]));
}

/** The text without its code, in which brackets are no links. */
export function withoutCode(markdown: string): string {
  return markdown.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "code");
}
