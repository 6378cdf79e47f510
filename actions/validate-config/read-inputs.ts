import path from "node:path";
import * as core from "@actions/core";
import type { ValidateOptions } from "../../app/cli/validate/validate-folder.ts";
import { ConfigError } from "../../app/domain/errors.ts";
import { LAYOUTS } from "../../app/load/load-fleet.ts";

interface Inputs extends Omit<ValidateOptions, "charts"> {
  mirror: string[];
  offline: boolean;
  sarif: string | undefined;
}

/** @throws {ConfigError} `action-input` for one that cannot be read */
export function readInputs(): Inputs {
  const given = (name: string) => core.getInput(name) || undefined;
  return {
    folder: path.resolve(process.env.GITHUB_WORKSPACE ?? ".", core.getInput("path")),
    layout: readLayout(core.getInput("layout")),
    hub: given("hub"),
    environment: given("env"),
    base: given("base"),
    head: given("head"),
    mirror: core.getMultilineInput("mirrors"),
    offline: readOffline(core.getInput("offline")),
    sarif: given("sarif"),
  };
}

function readLayout(written: string): ValidateOptions["layout"] {
  const choices = ["auto", ...LAYOUTS] as const;
  return choices.find((choice) => choice === (written || "auto")) ?? refuse("layout", written, choices);
}

function readOffline(written: string): boolean {
  if (written === "true") return true;
  return written === "false" || written === "" ? false : refuse("offline", written, ["true", "false"]);
}

function refuse(name: string, written: string, choices: readonly string[]): never {
  throw new ConfigError({
    code: "action-input",
    what: `The input "${name}" of this step is "${written}".`,
    why: `It is one of: ${choices.join(", ")}.`,
    fix: "Write one of them in the workflow.",
  });
}
