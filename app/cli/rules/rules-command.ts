import { Command } from "commander";
import { markdownTable } from "markdown-table";
import { stringify } from "yaml";
import { ConfigError } from "../../domain/errors.ts";
import { suggestName } from "../../domain/suggest-name.ts";
import type { FileCheck } from "../../load/file-checks.ts";
import type { Example } from "../../validate/rule.ts";
import type { Terminal } from "../terminal.ts";
import { EVERY_CHECK } from "./every-check.ts";

/** `campanile rules`: the list. */
export function rulesCommand({ write }: Terminal): Command {
  return new Command("rules").description("list the rules that a change must keep").action(() => {
    const rows = EVERY_CHECK.map(({ code, family, severity, title }) => [code, family, severity, title]);
    write(`${markdownTable([["Code", "About", "Severity", "What must hold"], ...rows])}\n`);
  });
}

/** `campanile explain CODE`: one rule in full. */
export function explainCommand({ write }: Terminal): Command {
  return new Command("explain")
    .description("explain one rule: why it is there, an example, and what to do")
    .argument("<code>", "as findings and checks name it")
    .action((code: string) => {
      const rule = EVERY_CHECK.find((each) => each.code === code);
      if (!rule) throw unknownRule(code);
      write(describeRule(rule));
    });
}

/** Markdown; the pages under docs/rules are exactly this. */
export function describeRule({ code, family, severity, title, why, fix, runbook, example }: FileCheck): string {
  return `${[
    `# ${code}`,
    `**${title}.**`,
    `About ${family}; severity \`${severity}\`.`,
    `## Why\n\n${why}`,
    `## What to do\n\n${fix}`,
    ...(runbook === undefined ? [] : [`The runbook leads through it: [${runbook}](../runbooks/${runbook}.md).`]),
    ...(example?.base ? [`## Before the change\n\n${describeExample(example.base)}`] : []),
    ...(example ? [`## This fails\n\n${describeExample(example.fails)}`] : []),
    ...(example ? [`## This passes\n\n${describeExample(example.passes)}`] : []),
  ].join("\n\n")}\n`;
}

function describeExample({ common, staging, prod, chartVersion, jupyterhubVersion, files, title, commit }: Example): string {
  const values = Object.entries({ common, staging, prod }).flatMap(([name, yaml]) =>
    yaml === undefined ? [] : [block(`hubs/data8/values/${name}.yaml`, yaml)],
  );
  const parts = [
    ...(title === undefined ? [] : [`The pull request's title: “${title}”`]),
    ...(chartVersion === undefined
      ? []
      : [block("hubs/data8/pins/prod.yaml", stringify({ hub: { chart: "hub", version: chartVersion } }))]),
    ...(jupyterhubVersion === undefined ? [] : [`The chart is made of JupyterHub's chart ${jupyterhubVersion}.`]),
    ...values,
    ...Object.entries(files ?? {}).map(([file, text]) => block(file, text)),
    ...Object.entries(commit ?? {}).map(([file, text]) => `A commit adds to ${block(file, text)}`),
  ];
  return parts.length === 0 ? "Nothing of the kind." : parts.join("\n\n");
}

const block = (file: string, text: string) =>
  `\`${file}\`\n\n\`\`\`${file.endsWith(".ics") ? "ics" : "yaml"}\n${text.trim()}\n\`\`\``;

function unknownRule(code: string): ConfigError {
  const meant = suggestName(
    code,
    EVERY_CHECK.map((each) => each.code),
  );
  return new ConfigError({
    code: "unknown-rule",
    what: `There is no rule "${code}".`,
    why: "Rules are named by the code that a finding shows.",
    fix: meant === undefined ? "See the list with: campanile rules" : `Did you mean "${meant}"?`,
  });
}
