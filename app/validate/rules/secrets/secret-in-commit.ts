import { findSecrets } from "../../find-secrets.ts";
import type { CommitText, Fault, FleetChange, Rule } from "../../rule.ts";

/** Put together here, so that nobody who scans this repository takes it for a real one. */
const EXAMPLE_TOKEN = `ghp_${"Zx9Q4mT7".repeat(4)}abcd`;

export const secretInCommit: Rule = {
  code: "secret-in-commit",
  family: "secrets",
  severity: "block",
  title: "No commit of the pull request holds a key or a token",
  why: "What was pushed is in the history, also after a later commit removes it: cluster keys that a pull request carried were used by strangers within minutes.",
  fix: "Make a new key where this one was issued and revoke this one: it is known now. Then take the commit out of the branch (rebase or squash) before the merge, and put secrets into the sops file.",
  runbook: "leaked-secret",
  example: {
    fails: { commit: { "hubs/data8/notes.md": `The bot logs in with ${EXAMPLE_TOKEN}\n` } },
    passes: { commit: { "hubs/data8/notes.md": "The bot logs in with a token that is in secrets/prod.yaml.\n" } },
  },
  check: (change) => (change.commits ?? []).flatMap((commit) => faultsOf(change, commit)),
};

function faultsOf({ head }: FleetChange, { sha, file, lines }: CommitText): Fault[] {
  const text = lines.map((line) => line.text).join("\n");
  const seen = new Set<number>();
  return findSecrets(text).flatMap(({ line, kind, isSure }) => {
    if (seen.has(line)) return [];
    seen.add(line);
    const added = lines[line];
    const at = { file, line: added?.number ?? 1 };
    // Random-looking values are also in files whose secrets were meant to be public, such as test data.
    const severity = isSure ? "block" : "warn";
    const isGone =
      head.context.texts?.has(file) === true &&
      !head.context.texts
        .get(file)
        ?.split("\n")
        .includes(added?.text ?? "");
    const later = isGone ? " A later commit removes it, but the history keeps it." : "";
    return [{ at, what: `Commit ${sha.slice(0, 7)} adds what looks like ${kind}.${later}`, severity }];
  });
}
