import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { askForAnswers, askOn } from "../../app/cli/init/interview.ts";
import { makeFleet } from "../../app/cli/init/make-fleet.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

/** Ctrl+U. A wrong answer stays in its line, to be mended. */
const CLEAR_LINE = "\u0015";

/** Questions as they must come, by their beginning, and what a person types. Empty: the suggestion is taken. */
const TALK: readonly (readonly [question: string, typed: string])[] = [
  ["Name of the fleet", "Course hubs"],
  ["Environments, in the order", " staging , prod "],
  ["Short name of the cluster", ""],
  ["Its context", "gke_courses"],
  ["The Kubernetes version", "1.36"],
  ["Write the version that the cluster runs", ".3"],
  ["When prod follows staging", "at once"],
  ["when a person says so (manual)", `${CLEAR_LINE}after 2h`],
  ["Chart of the hubs", ""],
  ["Address of its chart repository", ""],
  ["Its exact version", "4.4.0"],
  ["Its digest (in https://hub.jupyter.org/helm-chart/index.yaml", "b".repeat(64)],
  ["Public age key", `age1${"q".repeat(58)}`],
  ["Short name of the first hub", "data8"],
  ["Title of its course", "Data 8"],
  ["Who answers for it", "data8-staff@example.edu, lead"],
  ["Its address in staging", "https://data8-staging.example.edu"],
  ["Its address in prod", "https://data8.example.edu"],
  ["Image that students work in", "registry.example.edu/user-data8"],
  ["Its tag", "2026.11"],
  ["Its digest (docker buildx", DIGEST],
  ["Memory that each student's", "4G"],
  ["Memory that it may use", ""],
  ["It must be 4G or more", `${CLEAR_LINE}8G`],
];

/** A person at a terminal, who types each answer once its question is shown. */
function terminal(talk: typeof TALK) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  // Like a process's standard output, it outlives the prompts that write to it.
  output.end = () => output;
  const left = [...talk];
  let unread = "";
  output.on("data", (chunk: Buffer) => {
    unread += stripVTControlCharacters(chunk.toString("utf8"));
    const next = left[0];
    // Long lines are broken anywhere, at the terminal's width.
    const isShown = (text: string) => unread.replaceAll(/\s/g, "").includes(text.replaceAll(" ", ""));
    if (!next || !isShown(next[0])) return;
    left.shift();
    unread = "";
    // The prompt draws first and listens right after.
    setImmediate(() => input.write(`${next[1]}\n`));
  });
  return { streams: { input, output }, left };
}

test("the answers of an interview make a fleet without fault; a wrong one is explained and asked for again", async () => {
  const { streams, left } = terminal(TALK);
  const text = await askForAnswers(askOn(streams));
  expect(left).toEqual([]);
  const made = await makeFleet("answers.yaml", Buffer.from(text));
  expect(made).toMatchObject({
    kind: "files",
    secretsFiles: ["hubs/data8/secrets/staging.yaml", "hubs/data8/secrets/prod.yaml"],
  });
  expect(text).toContain("kubernetesVersion: 1.36.3\n");
  expect(text).toContain("context: gke_courses\n");
  expect(text).toContain("promotion: after 2h\n");
  expect(text).toContain(`digest: sha256:${"b".repeat(64)}\n`);
  expect(text).toContain("limit: 8G\n");
});
