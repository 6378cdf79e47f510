import { suggestName } from "../../domain/suggest-name.ts";
import type { Sight } from "../sight.ts";
import { broken, couldNot, firstWords, type Told } from "./told.ts";

export function judgePull({ message, repository, branch, branches, isReachedByUs }: Extract<Sight, { kind: "pull" }>): Told {
  const says = `nbgitpuller says: ${firstWords(message)}.`;
  if (branches && branch !== undefined) {
    const meant = suggestName(branch, branches);
    return broken(
      "content",
      "no-branch",
      `The link names branch ${branch}, which ${repository} does not have.`,
      `It has ${branches.slice(0, 10).join(", ") || "none"}. ${says}`,
      meant === undefined
        ? "Correct the branch in the link, in the syllabus and in journey.link of hub.yaml."
        : `Did you mean ${meant}? Correct the link in the syllabus and in journey.link of hub.yaml.`,
    );
  }
  const what = `The material of ${repository} cannot be pulled.`;
  if (/could not resolve|failed to connect|couldn't connect|connection refused|timed out|unable to access/i.test(message))
    return isReachedByUs
      ? broken(
          "hub",
          "git-unreachable",
          what,
          says,
          "Campanile reaches the repository, and servers do not: look at singleuser.networkPolicy, name service and proxies of the user pods.",
        )
      : couldNot(
          "git-unreachable",
          what,
          `${says} Campanile does not reach it either.`,
          "If the host of the repository is down, wait. Else correct the link.",
        );
  if (/authentication|could not read username|permission|not found|does not exist/i.test(message))
    return broken(
      "content",
      "repository-refused",
      what,
      says,
      "Check the repository's name in the link, and that it is public: students bring no password.",
    );
  return broken("content", "pull-fails", what, says, "Click the link yourself and read what is shown below the progress bar.");
}
