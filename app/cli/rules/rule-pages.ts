import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { markdownTable } from "markdown-table";
import { EVERY_CHECK } from "./every-check.ts";
import { describeRule } from "./rules-command.ts";

const RULES_FOLDER = path.resolve(import.meta.dirname, "../../../docs/rules");

const INDEX_HEAD = `# Rules

What a change must keep before it can be merged. \`block\` fails the check, \`warn\` does not. \`campanile explain CODE\` prints the
same pages. They are written from [app/validate/rules](../../app/validate/rules) by
\`node tools/bootstrap.mjs app/cli/rules/rule-pages.ts\`; a test says when that is due.`;

/** The pages under docs/rules by file name: one a rule, and the list. */
export function rulePages(): Map<string, string> {
  const rows = EVERY_CHECK.map(({ code, family, severity, title }) => [`[${code}](${code}.md)`, family, severity, title]);
  const index = markdownTable([["Rule", "About", "Severity", "What must hold"], ...rows]);
  return new Map([
    ["README.md", `${INDEX_HEAD}\n\n${index}\n`],
    ...EVERY_CHECK.map((rule) => [`${rule.code}.md`, describeRule(rule)] as const),
  ]);
}

/** Writes all pages and removes those of rules that are no more. */
async function writeRulePages(): Promise<void> {
  const pages = rulePages();
  await mkdir(RULES_FOLDER, { recursive: true });
  for (const file of await readdir(RULES_FOLDER)) if (!pages.has(file)) await rm(path.join(RULES_FOLDER, file));
  for (const [file, text] of pages) await writeFile(path.join(RULES_FOLDER, file), text);
}

if (import.meta.main) await writeRulePages();
