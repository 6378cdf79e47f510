import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { Command, Option } from "commander";
import { ConfigError } from "../../domain/errors.ts";
import { FLEET_FILE } from "../../load/layout.ts";
import type { Terminal } from "../terminal.ts";
import { formatFindings } from "../validate/format-findings.ts";
import { EXAMPLE_ANSWERS } from "./example-answers.ts";
import { isSchemaFile, schemaFiles } from "./fleet-files.ts";
import { askForAnswers, askOn } from "./interview.ts";
import { makeFleet } from "./make-fleet.ts";
import { nextSteps } from "./next-steps.ts";
import { README_FILE } from "./readme.ts";
import { type WhenOther, type Written, writeFiles } from "./write-files.ts";

interface Flags {
  answers?: string;
  example?: true;
}

/** `campanile init`: a new `deploy-config` repository, or fresh schemas for one that is there. */
export function initCommand(terminal: Terminal): Command {
  return new Command("init")
    .description("make a deploy-config folder; where there is one already, bring its .schema/ up to date")
    .argument("[folder]", "where the files go", ".")
    .addOption(
      new Option("--answers <file>", "a file with the answers; without it, you are asked in the terminal").conflicts("example"),
    )
    .option("--example", "print an answers file to start from, and do nothing else")
    .action(async (folder: string, { answers, example }: Flags) => {
      if (example) terminal.write(EXAMPLE_ANSWERS);
      else if (answers !== undefined) await makeFrom(terminal, folder, answers, await readAnswersFile(answers));
      else if (await isFleet(folder)) await refreshSchemas(terminal, folder);
      else if (process.stdin.isTTY && process.stdout.isTTY) await makeByAsking(terminal, folder);
      else throw noAnswers();
    });
}

/**
 * Exit codes: 0 written, 1 the answers have faults. What could not be done is thrown, and ends with 2.
 * @returns whether the fleet was written
 */
async function makeFrom({ write, complain, told }: Terminal, folder: string, name: string, content: Buffer): Promise<boolean> {
  const made = await makeFleet(name, content);
  if (made.kind === "faults") {
    complain(`${formatFindings(told(made.findings))}Nothing was written.\n`);
    process.exitCode = 1;
    return false;
  }
  const written = await writeFiles(folder, made.files, whenOther);
  write(`${listWritten(folder, written)}${nextSteps(folder, made.secretsFiles)}`);
  return true;
}

/** Nobody edits the schemas, so an old one is no loss. A repository that GitHub made has a README of its own already. */
function whenOther(file: string): WhenOther {
  if (isSchemaFile(file)) return "replace";
  return file === README_FILE ? "keep" : "stop";
}

const CANCELLED = 130;

async function makeByAsking(terminal: Terminal, folder: string): Promise<void> {
  terminal.write(
    "A few questions. Everything can be changed later in the files; press Ctrl+C to stop, and nothing is written.\n\n",
  );
  const text = await askForAnswers(askOn()).catch((error: unknown) => {
    // The prompt's own error for Ctrl+C; its class is not exported.
    if (!(error instanceof Error && error.name === "ExitPromptError")) throw error;
  });
  if (text === undefined) {
    terminal.complain("\nNothing was written.\n");
    process.exitCode = CANCELLED;
    return;
  }
  let isWritten = false;
  try {
    isWritten = await makeFrom(terminal, folder, "answers.yaml", Buffer.from(text));
  } finally {
    // Nobody should have to type all this twice.
    if (!isWritten)
      terminal.complain(`\nYour answers, to save as answers.yaml for campanile init --answers answers.yaml:\n\n${text}\n`);
  }
}

async function refreshSchemas({ write }: Terminal, folder: string): Promise<void> {
  const written = await writeFiles(folder, schemaFiles(), whenOther);
  const isCurrent = written.created.length + written.replaced.length === 0;
  write(isCurrent ? "The schemas in .schema/ are up to date; nothing was changed.\n" : listWritten(folder, written));
}

function listWritten(folder: string, { created, replaced, same, kept }: Written): string {
  const count = created.length + replaced.length;
  const place = path.relative(process.cwd(), folder) || "this folder";
  const lines = [...created.map((file) => `  ${file}`), ...replaced.map((file) => `  ${file} (brought up to date)`)];
  const left = same.length > 0 ? `Already as they should be: ${same.length} files.\n` : "";
  const untouched = kept.map((file) => `${file} is yours and was left as it is.\n`).join("");
  return `Wrote ${count} ${count === 1 ? "file" : "files"} to ${place}.\n${lines.map((line) => `${line}\n`).join("")}${left}${untouched}`;
}

async function isFleet(folder: string): Promise<boolean> {
  return stat(path.join(folder, FLEET_FILE)).then(
    () => true,
    () => false,
  );
}

async function readAnswersFile(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    throw new ConfigError(
      {
        code: "no-answers",
        what: `The answers in ${file} cannot be read.`,
        why: error instanceof Error && "code" in error ? `The system says ${String(error.code)}.` : "The system gave no reason.",
        fix: "Give a file that you can read; begin one with: campanile init --example > answers.yaml",
      },
      { cause: error },
    );
  });
}

function noAnswers(): ConfigError {
  return new ConfigError({
    code: "no-answers",
    what: "There are no answers to make a fleet of.",
    why: "No answers file was given, and without a terminal nobody can be asked.",
    fix: "Begin with campanile init --example > answers.yaml, fill it in, then run: campanile init --answers answers.yaml",
  });
}
