import pc from "picocolors";
import type { Log } from "sarif";
import type { Finding, Severity } from "../../domain/finding.ts";
import { oneLine, plural } from "../../report/markdown.ts";

/** What `campanile validate` found. */
export interface Report {
  /** Where the folder lies in its repository, with a slash at the end; empty at the top, or in none. */
  prefix: string;
  findings: readonly Finding[];
  hubs: number;
  /** False when files cannot be read, so that no rule could look. */
  isJudged: boolean;
}

export const FORMATS = ["text", "json", "sarif", "github"] as const;
export type Format = (typeof FORMATS)[number];

/** @returns what goes to standard output, with its last end of line */
export function formatReport(report: Report, format: Format): string {
  switch (format) {
    case "text":
      return asText(report);
    case "json":
      return `${JSON.stringify({ findings: report.findings }, null, 2)}\n`;
    case "sarif":
      return `${JSON.stringify(asSarif(report), null, 2)}\n`;
    case "github":
      return report.findings.map((finding) => asWorkflowCommand(finding, report.prefix)).join("");
  }
}

const MARKS: Record<Severity, string> = { block: pc.red("✗ block"), warn: pc.yellow("! warn "), info: pc.blue("i info ") };

/** For a terminal: each with its place, and an empty line after it. What files say in it cannot move the cursor or begin a line. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings
    .map(
      ({ at, severity, code, what, why, fix }) =>
        `${MARKS[severity]}  ${pc.bold(`${at.file}:${at.line}`)}  ${pc.dim(code)}\n         ${oneLine(what)}\n         ${oneLine(why)}\n         ${pc.bold("→")} ${oneLine(fix)}\n\n`,
    )
    .join("");
}

function asText({ findings, hubs, isJudged }: Report): string {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const of = isJudged ? `, in ${plural(hubs, "hub")}` : ". The rules can look once the files can be read";
  const summary =
    findings.length === 0
      ? `${pc.green("✓")} No faults found in ${plural(hubs, "hub")}.\n`
      : `${count("block")} to mend, ${count("warn")} to look at, ${count("info")} to know${of}.\n`;
  return formatFindings(findings) + summary;
}

const LEVELS: Record<Severity, "error" | "warning" | "note"> = { block: "error", warn: "warning", info: "note" };

/** @see SARIF 2.1.0, as code scanning reads it */
function asSarif({ findings, prefix }: Report): Log {
  const rules = [...new Map(findings.map((finding) => [finding.code, finding])).values()];
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "campanile",
            rules: rules.map(({ code, why, fix, page }) => ({
              id: code,
              shortDescription: { text: why },
              help: { text: fix },
              ...(page === undefined ? {} : { helpUri: page }),
            })),
          },
        },
        results: findings.map(({ code, severity, what, fix, at }) => ({
          ruleId: code,
          level: LEVELS[severity],
          message: { text: `${what} ${fix}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(prefix + at.file), uriBaseId: "%SRCROOT%" },
                region: { startLine: at.line, ...(at.column === undefined ? {} : { startColumn: at.column }) },
              },
            },
          ],
        })),
      },
    ],
  };
}

/** A path as a relative URI: a blank or a "#" in a name would make it another one. */
const uriOf = (file: string) => file.split("/").map(encodeURIComponent).join("/");

const COMMANDS: Record<Severity, "error" | "warning" | "notice"> = { block: "error", warn: "warning", info: "notice" };

/** GitHub shows these lines as annotations. Its escapes keep text from beginning a command of its own. */
function asWorkflowCommand({ severity, at, code, what, why, fix }: Finding, prefix: string): string {
  const message = `${what}\n${why}\n${fix}`;
  return `::${COMMANDS[severity]} file=${escapeProperty(prefix + at.file)},line=${at.line},title=${escapeProperty(code)}::${escapeData(message)}\n`;
}

const escapeData = (text: string) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string) => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
