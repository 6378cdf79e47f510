import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { describeBug, openTerminal } from "../../app/cli/terminal.ts";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { type Commit, temporaryFolder, writeHistory } from "../history/write-history.ts";
import { readFolder } from "../load/config-trees.ts";
import { findCanaries } from "../world/find-canaries.ts";
import { campanile } from "./run-campanile.ts";
import { writeFolder } from "./write-folder.ts";

const VALUES = "hubs/data8/values/prod.yaml";
const RELEASE = ["--hub", "data8", "--env", "prod"];

/** Known by the environment alone: nothing in it looks like a key. */
const KNOWN = "canary-known-17320508";
/** Known to nobody, and shaped like a key. */
const KEY_LIKE = `ghp_${"can4ry".repeat(6)}`;
const PEM = `-----BEGIN PRIVATE KEY-----\n${`${"cAnArY7B".repeat(8)}\n`.repeat(3)}-----END PRIVATE KEY-----\n`;
const PASSWORD = "canary:22360679/ä";

const env = {
  GITHUB_TOKEN: KNOWN,
  DATABASE_URL: `postgresql://campanile:${encodeURIComponent(PASSWORD)}@db.example/campanile`,
};

const CANARIES = new Map([
  ["the token of the environment", KNOWN],
  ["what looks like a token", KEY_LIKE],
  ["half of what looks like a token", KEY_LIKE.slice(0, 14)],
  ["the private key", PEM],
  ["a line of the private key", "cAnArY7B".repeat(8)],
  ["the database's password", PASSWORD],
]);

type Output = Awaited<ReturnType<typeof campanile>>;

function expectNoLeak(outputs: Record<string, Output>): void {
  const places = Object.entries(outputs).flatMap(([name, { stdout, stderr }]) => [
    { where: `stdout of ${name}`, text: String(stdout) },
    { where: `stderr of ${name}`, text: String(stderr) },
  ]);
  expect(findCanaries(places, CANARIES)).toEqual([]);
}

/** The sample, with keys that are named like secrets, as findings quote them. */
async function leakyFleet(): Promise<Record<string, string>> {
  const files = await readFolder(SAMPLE_FLEET_FOLDER);
  return { ...files, "hubs/data8/hub.yaml": `${files["hubs/data8/hub.yaml"]}${KNOWN}: 1\n${KEY_LIKE}: 1\n"${PASSWORD}": 1\n` };
}

async function writeFleet(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder(onTestFinished);
  await writeFolder(folder, files);
  return folder;
}

test("campanile validate shows no secret in any format, nor in what it says of wrong arguments", async () => {
  const fleet = await writeFleet(await leakyFleet());
  const validate = (...args: string[]) => campanile(["validate", fleet, "--offline", ...args], { env });
  const good = await writeFleet(await readFolder(SAMPLE_FLEET_FOLDER));
  const outputs = {
    text: await validate(),
    json: await validate("--format", "json"),
    sarif: await validate("--format", "sarif"),
    github: await validate("--format", "github"),
  };
  const wrong = {
    hub: await campanile(["validate", good, "--offline", "--hub", KNOWN], { env }),
    revision: await validate("--head", KEY_LIKE),
    folder: await campanile(["validate", `${good}/${KEY_LIKE}`], { env }),
    option: await validate(`--${KEY_LIKE}`),
    mirror: await validate("--mirror", `postgresql:${PASSWORD}`),
  };
  expectNoLeak({ ...outputs, ...wrong });
  for (const { exitCode, stdout } of Object.values(outputs)) {
    expect(exitCode).toBe(1);
    for (const hidden of ["GITHUB_TOKEN of the environment", "looks like a GitHub token", "DATABASE_URL of the environment"])
      expect(stdout).toContain(`[hidden: ${hidden}]`);
  }
  for (const { exitCode, stderr } of Object.values(wrong)) {
    expect(exitCode).toBe(2);
    expect(stderr).toContain("[hidden: ");
  }
  for (const { stdout } of [outputs.json, outputs.sarif]) JSON.parse(stdout);
});

test("campanile values shows what an author typed in clear, but nothing that looks like a key or is one", async () => {
  const files = await readFolder(SAMPLE_FLEET_FOLDER);
  const typed = `typed:\n  plain: in clear\n  token: ${KEY_LIKE}\n  known: ${KNOWN}\n  ${KNOWN}: as a key\n  list: ["${KEY_LIKE}"]\n  address: "${env.DATABASE_URL}"\n  pem: |\n${PEM.replace(/^(?=.)/gm, "    ")}`;
  const fleet = await writeFleet({ ...files, [VALUES]: `${files[VALUES]}\n${typed}` });
  const values = (...args: string[]) => campanile(["values", fleet, "--offline", ...args], { env });
  const outputs = {
    plain: await values(...RELEASE),
    origins: await values(...RELEASE, "--show-origin"),
    "wrong hub": await values("--hub", KEY_LIKE, "--env", "prod"),
    "wrong option": await values(...RELEASE, `--${KNOWN}`),
  };
  expectNoLeak(outputs);
  expect(parse(outputs.plain.stdout)).toMatchObject({
    typed: {
      plain: "in clear",
      token: "[hidden: looks like a GitHub token]",
      known: "[hidden: GITHUB_TOKEN of the environment]",
      "[hidden: GITHUB_TOKEN of the environment]": "as a key",
      list: ["[hidden: looks like a GitHub token]"],
      pem: "[hidden: looks like a private key]\n",
    },
  });
  expect(outputs.origins.stdout).toMatch(/plain: in clear # hubs\/data8\/values\/prod\.yaml:\d+/);
});

test("campanile backtest shows no secret of a history in any format, also where it cuts", async () => {
  const files = await readFolder(SAMPLE_FLEET_FOLDER);
  // A label of the page's chart is cut in the middle of the token.
  const hub = `${"a".repeat(30)}${KEY_LIKE}`;
  const leaky = { ...(await leakyFleet()), [`hubs/${hub}/hub.yaml`]: "title: 1\n" };
  const commits: Commit[] = [
    { message: "Begin", files },
    { message: `Let ${KEY_LIKE} in, and ${KNOWN}`, files: leaky },
    { message: "Look again", files: { "README.md": "new\n" } },
  ];
  const { repository } = await writeHistory(path.join(await temporaryFolder(onTestFinished), "fleet.git"), commits);
  const data = { CAMPANILE_DATA_DIR: await temporaryFolder(onTestFinished) };
  const backtest = (...args: string[]) => campanile(["backtest", repository, "--offline", ...args], { env: { ...env, ...data } });
  const outputs = {
    text: await backtest(),
    json: await backtest("--format", "json"),
    html: await backtest("--format", "html"),
    branch: await backtest("--branch", KNOWN),
    since: await backtest("--since", KEY_LIKE),
  };
  expectNoLeak(outputs);
  for (const format of ["text", "json", "html"] as const) {
    expect(outputs[format].exitCode).toBe(0);
    expect(outputs[format].stdout).toContain("Let [hidden: looks like a GitHub token] in, and [hidden: GITHUB_TOKEN of the env");
  }
});

test("an error that nobody explained is shown with its stack and cause, and without what is secret in them", () => {
  const terminal = openTerminal({ ...process, env });
  const error = new Error(`${KNOWN} was refused`, { cause: new Error(`the header was "Authorization: token ${KEY_LIKE}"`) });
  const text = describeBug(Object.assign(error, { url: env.DATABASE_URL }), terminal);
  expect(findCanaries([{ where: "stderr", text }], CANARIES)).toEqual([]);
  expect(text).toContain("[hidden: GITHUB_TOKEN of the environment] was refused");
  expect(text).toMatch(/\n {4}at .*terminal\.test\.ts/);
});

test("only one place of the command line writes to the terminal", async () => {
  const root = path.join(import.meta.dirname, "../../app/cli");
  const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith(".ts"));
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(path.join(root, file), "utf8")] as const));
  expect(texts.filter(([, text]) => /\.std(?:out|err)\.write|console\./.test(text)).map(([file]) => file)).toEqual([]);
});
