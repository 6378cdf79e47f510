import { ConfigError } from "../../domain/errors.ts";
import type { ValidateOptions } from "./validate-folder.ts";

export function noRepository(folder: string, revision: string): ConfigError {
  return new ConfigError({
    code: "no-repository",
    what: `${revision} cannot be read: ${folder} is in no git repository.`,
    why: "A revision is a commit of the repository that the folder belongs to.",
    fix: "Leave --head and --base out to check the files as they lie there, or give a folder of a clone.",
  });
}

export function noRevision(folder: string, revision: string): ConfigError {
  return new ConfigError({
    code: "no-revision",
    what: revision === "" ? "The revision is empty." : `${revision} cannot be read in ${folder}.`,
    why: "git knows no commit by that name there; a clone that was made with --depth lacks the older ones.",
    fix: "Give a branch, a tag or a commit, such as origin/main; git fetch brings those of the remote.",
  });
}

export function noFolderThen(folder: string, revision: string): ConfigError {
  return new ConfigError({
    code: "no-folder",
    what: `${folder} is not there at ${revision}.`,
    why: "The repository has that commit, but the folder came later or was removed.",
    fix: "Give a commit in which the folder exists.",
  });
}

export function othersAreBroken({ hub, environment }: Pick<ValidateOptions, "hub" | "environment">, count: number): ConfigError {
  const name = [hub, environment].filter(Boolean).join(" in ");
  return new ConfigError({
    code: "not-judged",
    what: `${name} could not be judged.`,
    why: `Its own files can be read, but ${count} ${count === 1 ? "fault" : "faults"} elsewhere keep the fleet from being read, and rules look at the whole of it.`,
    fix: "Mend those first: run the command again without --hub and --env.",
  });
}
