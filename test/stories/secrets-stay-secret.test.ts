import { randomBytes } from "node:crypto";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions, type V1Pod } from "@kubernetes/client-node";
import { Octokit } from "@octokit/rest";
import pg from "pg";
import { expect, test } from "vitest";
import type { JsonObject } from "../../app/domain/json.ts";
import { encryptSecrets } from "../../app/local/seed/sample-secrets.ts";
import type { FileChanges } from "../../app/local/world/person.ts";
import { bumpedPins } from "../world/bumped-pins.ts";
import { everythingSeen } from "../world/everything-seen.ts";
import { canaryForms, findCanaries } from "../world/find-canaries.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";
import { until } from "../world/until.ts";

/** With every character that some program writes down in a way of its own, around a core that all write alike. */
const canary = (what: string) => `${what} "+/&=%" \\é <${randomBytes(8).toString("hex")}>`;
const coreOf = (text: string) => /[0-9a-f]{16}/.exec(text)?.[0] ?? "";

const REFUSED_BY_CHART = canary("refused by the chart's schema");
const REFUSED_BY_API = canary("refused by the API server");
const IN_CLEAR = canary("written in clear").replaceAll('"', "'");
const IN_BROKEN_YAML = canary("in a file that is no YAML").replaceAll('"', "'");

const LAST_WORDS = canary("said by a dying container");

test("no secret is told, logged or stored anywhere, in no form, whatever goes wrong with it", async () => {
  const scene = await openInstitution({ env: { CAMPANILE_LOG_LEVEL: "debug" } });
  const { person, hub, institution } = scene;
  const secretsFile = `hubs/${hub("data8")}/secrets/staging.yaml`;

  const good = await rollOut(scene, "Data 8: new image", await bumpedPins(scene, "data8", ["staging", "prod"]));
  expect(good.check).toMatchObject({ conclusion: "success" });

  const cookieSecret = await encrypted(scene, { cookieSecret: REFUSED_BY_CHART });
  const byChart = await rollOut(scene, "A secret that the chart refuses", { [secretsFile]: cookieSecret });
  expect(byChart.check.summary).toContain("The chart refuses the values");
  expect(byChart.check.summary).toContain(`hidden: ${secretsFile} cookieSecret\\]' does not match`);
  expect(byChart.comment).toContain("hidden: ");

  const labels = await encrypted(scene, { labels: { note: REFUSED_BY_API } });
  const byApi = await rollOut(scene, "A secret that the API server refuses", { [secretsFile]: labels });
  expect(byApi.check.summary).toContain("a valid label must be");
  expect(byApi.check.summary).toContain(`hidden: ${secretsFile} note\\]`);

  const inClear = await person.openPullRequest("Somebody edits a secret without sops", {
    [secretsFile]: (await person.readFile(secretsFile)).replace(
      /secretToken: ENC.*/,
      `secretToken: "${IN_CLEAR.replaceAll("\\", "\\\\")}"`,
    ),
  });
  expect(await person.waitForCheck(inClear.headSha, "campanile")).toMatchObject({ conclusion: "failure" });
  expect((await person.comments(inClear)).join()).toContain("plain-secret");
  const broken = await person.openPullRequest("Somebody breaks the file as well", {
    [secretsFile]: `jupyterhub:\n  hub:\n    cookieSecret: "${IN_BROKEN_YAML}\n   services: [${IN_BROKEN_YAML}\n`,
  });
  expect(await person.waitForCheck(broken.headSha, "campanile")).toMatchObject({ conclusion: "failure" });

  await expectNoLeak(scene);

  // The same search finds a secret that is put into each of these places, in each form.
  const [control = ""] = institution.seeded.canaries;
  const forms = canaryForms(control);
  await plant(
    scene,
    forms.map(({ text }) => text),
  );
  const found = findCanaries(await everythingSeen(scene), new Map([["the planted one", control]]));
  const planted = ["GitHub issue_comment.created", "data/planted.txt", "log", "table public.planted"];
  for (const where of planted)
    expect(found.filter((line) => line.startsWith(`${where}: `))).toEqual(
      forms.map(({ name }) => `${where}: the planted one as ${name}`),
    );
});

test("the last words of a dying container are told without the secret in them, also by a Campanile that has not deployed it", async () => {
  const scene = await openInstitution({ env: { CAMPANILE_LOG_LEVEL: "debug" } });
  const { check, secretsFile } = await rollOutDyingPod(scene);
  expect(check.summary).toContain("crashes again and again");
  expect(check.summary).toContain(`the client secret \\[hidden: ${secretsFile} client\\_secret\\] was refused`);
  await expectNoLeak(scene);
});

test("the search finds a secret in every form in which a program may write it down", () => {
  const secret = canary("a secret");
  const base64 = (before: string) => Buffer.from(`${before}${secret} and more`).toString("base64");
  const written: [string, string][] = [
    ["it is", `token=${secret};`],
    ["base64 after 0 bytes", base64("")],
    ["base64 after 1 bytes", base64("x")],
    ["base64 after 2 bytes", base64("xy")],
    ["part of a URL", `https://x.example/?a=${encodeURIComponent(secret)}&b=c`],
    ["part of a form", new URLSearchParams({ a: secret, b: "c" }).toString()],
    ["JSON", JSON.stringify({ secret })],
    ["JSON in JSON", JSON.stringify({ body: JSON.stringify({ secret }) })],
    ["hex", Buffer.from(`x${secret}`).toString("hex")],
    ["HEX", Buffer.from(`x${secret}`).toString("hex").toUpperCase()],
  ];
  for (const [form, text] of written)
    expect(findCanaries([{ where: "here", text }], new Map([["it", secret]]))).toEqual([`here: it as ${form}`]);
});

/** A search that looks nowhere finds nothing. */
const LOOKED_AT = [
  ...["GitHub issue_comment.edited", "GitHub deployment_status.created", "check campanile ", "answer to a delivery"],
  ...["table dbos.workflow_status", "table dbos.operation_outputs", "table campanile.rollout", "table campanile.deploy_progress"],
  ...["log", "metrics", "data", "Helm's record"],
];

async function expectNoLeak(scene: Scene): Promise<void> {
  const places = await everythingSeen(scene);
  const seen = new Set(places.map(({ where }) => where.replace(/ of sh\.helm\..*|\/.*/, "")));
  expect([...seen]).toEqual(expect.arrayContaining(LOOKED_AT));
  expect(findCanaries(places, await plantedCanaries(scene))).toEqual([]);
  const tokens = places.filter(({ text }) => /gh[opsur]_[A-Za-z0-9]{20}|AGE-SECRET-KEY-1/.test(text));
  expect(tokens.map(({ where }) => where)).toEqual([]);
}

/** Everything that Campanile knows and nobody else may: of the fleet, of GitHub, of the cluster and of its database. */
async function plantedCanaries({ world, institution }: Scene): Promise<Map<string, string>> {
  const { seeded, webhookSecret, databaseUrl, campanileEnv } = institution;
  const keyLines = (campanileEnv.CAMPANILE_GITHUB_PRIVATE_KEY ?? "").split("\n").filter((line) => line.length === 64);
  const config = new KubeConfig();
  config.loadFromFile(world.campanileKubeconfig);
  const tokens = config.getUsers().map(({ token, keyData }) => token ?? keyData ?? "");
  const ageKey = (await readFile(seeded.ageKeyFile, "utf8")).trim();
  const named: [string, string][] = [
    ...seeded.canaries.map((value, index): [string, string] => [`secret ${index} of the fleet`, value]),
    ...keyLines.map((value, index): [string, string] => [`line ${index} of the App's key`, value]),
    ...tokens.map((value, index): [string, string] => [`the kubeconfig's token ${index}`, value]),
    ["the webhook secret", webhookSecret],
    ["the database's password", new URL(databaseUrl).password],
    ["the age key", ageKey],
    ...[REFUSED_BY_CHART, REFUSED_BY_API, IN_CLEAR, IN_BROKEN_YAML, LAST_WORDS].flatMap((value): [string, string][] => [
      [`what is ${value.slice(0, 20)} …`, value],
      [`a part of what is ${value.slice(0, 20)} …`, coreOf(value)],
    ]),
  ];
  expect(named.filter(([, value]) => value.length < 16)).toEqual([]);
  return new Map(named);
}

async function rollOut(scene: Scene, title: string, files: FileChanges) {
  const { person } = scene;
  const pullRequest = await person.openPullRequest(title, files);
  await person.waitForCheck(pullRequest.headSha, "campanile");
  const merged = await person.merge(pullRequest);
  const check = await person.waitForCheck(merged, "campanile / deploy");
  return { check, comment: (await person.comments(pullRequest)).join() };
}

/** The hub's secrets for staging, all of them new. */
async function encrypted({ world, hub, institution }: Scene, hubValues: JsonObject): Promise<string> {
  const path = `hubs/${hub("data8")}/secrets/staging.yaml`;
  const values = { jupyterhub: { hub: hubValues, proxy: { secretToken: randomBytes(32).toString("hex") } } };
  return encryptSecrets({ path, values }, institution.seeded.ageRecipient, world.tools.sops ?? "sops");
}

/**
 * A hub whose container quotes its secret when it dies, judged by a Campanile that has not deployed it: the one that has is killed
 * while Helm is at work.
 */
async function rollOutDyingPod(scene: Scene) {
  const { person, hub, institution } = scene;
  const secretsFile = `hubs/${hub("data8")}/secrets/staging.yaml`;
  const config = { GoogleOAuthenticator: { client_secret: LAST_WORDS } };
  const file = `hubs/${hub("data8")}/values/staging.yaml`;
  const crashing = (await person.readFile(file)).replace(
    /^ {2}hub:$/m,
    "  hub:\n    annotations: { kwok.campanile.dev/fault: crash-loop }",
  );
  const secrets = await encrypted(scene, { config });
  const pullRequest = await person.openPullRequest("A hub that dies", { [secretsFile]: secrets, [file]: crashing });
  await person.waitForCheck(pullRequest.headSha, "campanile");
  const merged = await person.merge(pullRequest);
  const release = `${hub("data8")}-staging`;
  await scene.untilRevision(release, merged);
  await institution.campanile.stop("SIGKILL");
  await letHubSay(scene, release, `ValueError: the client secret ${LAST_WORDS} was refused`);
  await institution.campanile.start();
  return { check: await person.waitForCheck(merged, "campanile / deploy"), secretsFile };
}

/** Gives the crashing hub its last words, as a container's runtime would. */
async function letHubSay({ world }: Scene, namespace: string, words: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(world.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const isCrashing = ({ metadata, status }: V1Pod) =>
    metadata?.labels?.component === "hub" && status?.containerStatuses?.[0]?.state?.waiting?.reason === "CrashLoopBackOff";
  const pod = await until("the hub crashes again and again", async () =>
    (await core.listNamespacedPod({ namespace })).items.find(isCrashing),
  );
  const containerStatuses = pod.status?.containerStatuses?.map((container) => ({
    ...container,
    lastState: { terminated: { ...container.lastState?.terminated, message: words } },
  }));
  await core.patchNamespacedPodStatus(
    { name: pod.metadata?.name ?? "", namespace, body: { status: { containerStatuses } } },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
}

/** Puts these texts where nobody may find a secret. */
async function plant({ world, institution, person }: Scene, texts: readonly string[]): Promise<void> {
  await appendFile(institution.campanile.logFile, `${texts.join("\n")}\n`);
  await writeFile(path.join(institution.campanileEnv.CAMPANILE_DATA_DIR ?? "", "planted.txt"), texts.join("\n"));
  const client = new pg.Client({ connectionString: institution.databaseUrl });
  await client.connect();
  await client.query("create table public.planted as select $1::text as text", [texts.join("\n")]);
  await client.end();
  const [owner = "", repo = ""] = institution.repository.split("/");
  const { number } = await person.openPullRequest("A leak", { "NOTES.md": "A leak.\n" });
  const octokit = new Octokit({ auth: institution.token, baseUrl: world.github.apiUrl });
  await octokit.rest.issues.createComment({ owner, repo, issue_number: number, body: texts.join("\n") });
}
