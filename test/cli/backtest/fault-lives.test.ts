import { expect, test } from "vitest";
import { faultLives, type StateName } from "../../../app/cli/backtest/fault-lives.ts";
import type { StateVerdict } from "../../../app/cli/backtest/state-verdict.ts";
import type { Finding } from "../../../app/domain/finding.ts";

const DAY_SECONDS = 86_400;
const states: StateName[] = [0, 1, 2, 3, 4].map((day) => ({
  sha: `sha${day}`,
  atSeconds: day * DAY_SECONDS,
  title: `day ${day}`,
}));

const fault = (what: string, line = 1, file = "a.yaml"): Finding => ({
  code: "some-rule",
  severity: "block",
  what,
  why: "",
  fix: "",
  at: { file, line },
});
const judged = (...state: Finding[]): StateVerdict => ({ sha: "", kind: "judged", files: [], state, step: [] });
const unjudged = (...files: Finding[]): StateVerdict => ({ sha: "", kind: "unjudged", files, state: [], step: [] });
const step = (...found: Finding[]): StateVerdict => ({ ...judged(), step: found });
const none: StateVerdict = { sha: "", kind: "none", files: [], state: [], step: [] };

const livesOf = (...verdicts: StateVerdict[]) =>
  faultLives(states.slice(0, verdicts.length), verdicts).map(({ finding, found, gone, days, isOlder, kind }) => ({
    what: finding.what,
    life: `${isOlder ? "before " : ""}${found.sha}-${gone?.sha ?? ""}`,
    days,
    ...(kind === "step" ? { kind } : {}),
  }));

test.each<[string, StateVerdict[], object[]]>([
  [
    "a fault lives from the state that brought it to the one that took it away",
    [judged(), judged(fault("x")), judged(fault("x")), judged()],
    [{ what: "x", life: "sha1-sha3", days: 2 }],
  ],
  [
    "one that is still there lives to the end",
    [judged(), judged(fault("x")), judged(fault("x"))],
    [{ what: "x", life: "sha1-", days: 1 }],
  ],
  ["one of the first state is older than it", [judged(fault("x")), judged()], [{ what: "x", life: "before sha0-sha1", days: 1 }]],
  [
    "it stays the same fault where lines move and one more hub is hit",
    [
      judged(),
      judged(fault("set on line 3. It concerns a-prod.", 9)),
      judged(fault("set on line 5. It concerns a-prod, b-prod and 2 more.", 11)),
    ],
    [{ what: "set on line 3. It concerns a-prod.", life: "sha1-", days: 1 }],
  ],
  [
    "two alike in one file are two, and the one that goes ends one of them",
    [judged(), judged(fault("x", 1), fault("x", 5)), judged(fault("x", 5)), judged()],
    [
      { what: "x", life: "sha1-sha3", days: 2 },
      { what: "x", life: "sha1-sha2", days: 1 },
    ],
  ],
  [
    "a state that could not be judged does not end what rules had found, but has faults of its own",
    [judged(), judged(fault("x")), unjudged(fault("no YAML")), judged(fault("x")), judged()],
    [
      { what: "x", life: "sha1-sha4", days: 3 },
      { what: "no YAML", life: "sha2-sha3", days: 1 },
    ],
  ],
  [
    "a fault that comes back is a new one",
    [judged(), judged(fault("x")), judged(), judged(fault("x"))],
    [
      { what: "x", life: "sha1-sha2", days: 1 },
      { what: "x", life: "sha3-", days: 0 },
    ],
  ],
  [
    "a fault of the step itself has no lifetime",
    [judged(), step(fault("goes back")), judged()],
    [{ what: "goes back", life: "sha1-", days: 0, kind: "step" }],
  ],
  [
    "before there is a fleet there is nothing to say",
    [none, none, judged(fault("x"))],
    [{ what: "x", life: "before sha2-", days: 0 }],
  ],
  [
    "the same fault in another file is another",
    [judged(), judged(fault("x"), fault("x", 1, "b.yaml")), judged(fault("x", 1, "b.yaml"))],
    [
      { what: "x", life: "sha1-sha2", days: 1 },
      { what: "x", life: "sha1-", days: 1 },
    ],
  ],
])("%s", (_title, verdicts, lives) => {
  expect(livesOf(...verdicts)).toEqual(lives);
});
