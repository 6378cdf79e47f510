import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseSettings, SettingsError } from "../../app/settings.ts";

const SECRET = "e3b0c44298fc1c149afbf4c8996fb924";
const pemOf = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const RSA = pemOf(rsa.privateKey);

const GOOD: NodeJS.ProcessEnv = {
  CAMPANILE_GITHUB_APP_ID: "12345",
  CAMPANILE_GITHUB_PRIVATE_KEY: RSA,
  CAMPANILE_WEBHOOK_SECRET: SECRET,
  CAMPANILE_DEPLOY_CONFIG: "berkeley/deploy-config",
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "campanile-settings-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function mistakesOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    parseSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.mistakes;
    throw error;
  }
  return [];
}

test("four settings are enough; the others have defaults", () => {
  expect(parseSettings(GOOD)).toMatchObject({
    http: { host: "0.0.0.0", port: 3000 },
    github: {
      appId: 12345,
      privateKeyPem: RSA,
      webhookSecrets: [SECRET],
      apiUrl: "https://api.github.com",
      webUrl: "https://github.com",
    },
    deployConfigRepository: "berkeley/deploy-config",
    databaseUrl: undefined,
    replicaId: "campanile-0",
    kubeconfig: join(homedir(), ".kube", "config"),
    helmBinary: "helm",
    sopsBinary: "sops",
    chartMirrors: {},
    playsJourneys: true,
    hubAddress: undefined,
    reconcileMinutes: 5,
    logLevel: "info",
  });
});

test("every setting is read", () => {
  expect(
    parseSettings({
      ...GOOD,
      CAMPANILE_HOST: "127.0.0.1",
      CAMPANILE_PORT: "0",
      CAMPANILE_GITHUB_API_URL: "https://github.example/api/v3/",
      CAMPANILE_GITHUB_WEB_URL: "https://github.example//",
      CAMPANILE_WEBHOOK_SECRET_PREVIOUS: `old-${SECRET}`,
      DATABASE_URL: "postgresql://campanile@db.example/campanile",
      CAMPANILE_DATA_DIR: "/var/lib/campanile/",
      CAMPANILE_REPLICA_ID: "campanile-1",
      KUBECONFIG: "/etc/campanile/kubeconfig",
      CAMPANILE_HELM: "/opt/helm",
      CAMPANILE_HELM_RENDER: "/opt/helm-render",
      CAMPANILE_SOPS: "/opt/sops",
      SOPS_AGE_KEY_FILE: "/etc/campanile/age.txt",
      CAMPANILE_CHART_MIRRORS: '{"https://charts.example/": "http://mirror.example/"}',
      CAMPANILE_GIT_MIRRORS: '{"http://git.internal.example/": "https://git.example/"}',
      CAMPANILE_DOCS_URL: "https://docs.example/campanile/",
      CAMPANILE_RECONCILE_MINUTES: "59",
      CAMPANILE_JOURNEYS: "off",
      CAMPANILE_HUB_ADDRESS: "http://ingress.example:8080/",
      CAMPANILE_LOG_LEVEL: "debug",
    }),
  ).toEqual({
    http: { host: "127.0.0.1", port: 0 },
    github: {
      appId: 12345,
      privateKeyPem: RSA,
      webhookSecrets: [SECRET, `old-${SECRET}`],
      apiUrl: "https://github.example/api/v3",
      webUrl: "https://github.example",
    },
    deployConfigRepository: "berkeley/deploy-config",
    databaseUrl: "postgresql://campanile@db.example/campanile",
    dataDir: "/var/lib/campanile",
    replicaId: "campanile-1",
    kubeconfig: "/etc/campanile/kubeconfig",
    helmBinary: "/opt/helm",
    helmRenderBinary: "/opt/helm-render",
    sopsBinary: "/opt/sops",
    sopsAgeKeyFile: "/etc/campanile/age.txt",
    chartMirrors: { "https://charts.example/": "http://mirror.example/" },
    gitMirrors: { "http://git.internal.example/": "https://git.example/" },
    docsUrl: "https://docs.example/campanile",
    playsJourneys: false,
    hubAddress: "http://ingress.example:8080",
    reconcileMinutes: 59,
    logLevel: "debug",
  });
});

test("nothing given: everything that is missing is told in one go, each with what to write", () => {
  expect(mistakesOf({})).toEqual([
    "CAMPANILE_GITHUB_APP_ID is missing: it must be the number that the App's settings page shows",
    "CAMPANILE_GITHUB_PRIVATE_KEY is missing: give the path of the App's .pem file, or its text",
    "CAMPANILE_WEBHOOK_SECRET is missing: without it anybody can send deliveries; make one with: openssl rand -hex 32",
    "CAMPANILE_DEPLOY_CONFIG is missing: name the repository that describes your hubs, such as berkeley/deploy-config",
  ]);
});

test("everything wrong: every mistake is told in one go, and none of the values", () => {
  const wrong = {
    CAMPANILE_PORT: "canary-port",
    CAMPANILE_GITHUB_APP_ID: "canary-app",
    CAMPANILE_GITHUB_PRIVATE_KEY: "/no/canary-key.pem",
    CAMPANILE_GITHUB_API_URL: "canary-api",
    CAMPANILE_GITHUB_WEB_URL: "ftp://canary",
    CAMPANILE_WEBHOOK_SECRET: "canary-secret",
    CAMPANILE_WEBHOOK_SECRET_PREVIOUS: "canary-old",
    CAMPANILE_DEPLOY_CONFIG: "canary",
    DATABASE_URL: "mysql://canary:password@db",
    CAMPANILE_REPLICA_ID: "canary / 1",
    CAMPANILE_CHART_MIRRORS: "canary",
    CAMPANILE_GIT_MIRRORS: "canary",
    CAMPANILE_RECONCILE_MINUTES: "canary",
    CAMPANILE_LOG_LEVEL: "canary",
  };
  const mistakes = mistakesOf(wrong);
  expect(mistakes.map((mistake) => mistake.split(" ")[0]).toSorted()).toEqual(Object.keys(wrong).toSorted());
  expect(mistakes.join("\n")).not.toContain("canary");
  const { message } = new SettingsError(mistakes);
  expect(message).toMatch(/^Campanile does not start: 14 settings are wrong\.\n {2}- CAMPANILE_/);
  expect(new SettingsError(["X is missing"]).message).toContain("1 setting is wrong");
});

const ONE_MISTAKE: [NodeJS.ProcessEnv, string][] = [
  [{ CAMPANILE_WEBHOOK_SECRET: "" }, "CAMPANILE_WEBHOOK_SECRET is missing: without it"],
  [{ CAMPANILE_WEBHOOK_SECRET: " ".repeat(32) }, "CAMPANILE_WEBHOOK_SECRET is missing: without it"],
  [{ CAMPANILE_WEBHOOK_SECRET: "development" }, "CAMPANILE_WEBHOOK_SECRET is a value from a tutorial"],
  [{ CAMPANILE_WEBHOOK_SECRET: "x7Kq2" }, "CAMPANILE_WEBHOOK_SECRET must have at least 20 characters"],
  [{ CAMPANILE_WEBHOOK_SECRET: "your_webhook_secret_here" }, "CAMPANILE_WEBHOOK_SECRET is a value from a tutorial"],
  [{ CAMPANILE_WEBHOOK_SECRET: "YOUR_webhook_secret_HERE" }, "CAMPANILE_WEBHOOK_SECRET is a value from a tutorial"],
  [{ CAMPANILE_WEBHOOK_SECRET: "abcabcabcabcabcabcabcabc" }, "CAMPANILE_WEBHOOK_SECRET repeats a few characters"],
  [{ CAMPANILE_WEBHOOK_SECRET_PREVIOUS: "short-but-11" }, "CAMPANILE_WEBHOOK_SECRET_PREVIOUS must have at least 20"],
  [{ CAMPANILE_PORT: "65536" }, "CAMPANILE_PORT must be a port number, at most 65535"],
  [{ CAMPANILE_PORT: "-1.5" }, "CAMPANILE_PORT must be a port number, at most 65535"],
  [{ CAMPANILE_GITHUB_APP_ID: "0" }, "CAMPANILE_GITHUB_APP_ID must be the number"],
  [{ CAMPANILE_RECONCILE_MINUTES: "60" }, "CAMPANILE_RECONCILE_MINUTES must be a number of minutes from 1 to 59"],
  [{ CAMPANILE_DEPLOY_CONFIG: "https://github.com/berkeley/deploy-config" }, "CAMPANILE_DEPLOY_CONFIG must be owner/name"],
  [{ CAMPANILE_CHART_MIRRORS: '["https://charts.example/"]' }, "CAMPANILE_CHART_MIRRORS must be JSON such as"],
  [{ CAMPANILE_CHART_MIRRORS: '{"https://charts.example/": 1}' }, "CAMPANILE_CHART_MIRRORS must be JSON such as"],
  [{ CAMPANILE_LOG_LEVEL: "INFO" }, "CAMPANILE_LOG_LEVEL must be debug, info, warn or error"],
];

test.each(ONE_MISTAKE)("%o is one mistake", (wrong, mistake) => {
  expect(mistakesOf({ ...GOOD, ...wrong })).toEqual([expect.stringContaining(mistake)]);
});

test("a blank optional setting is as good as none", () => {
  expect(parseSettings({ ...GOOD, CAMPANILE_PORT: " ", DATABASE_URL: "", CAMPANILE_WEBHOOK_SECRET_PREVIOUS: "" })).toMatchObject({
    http: { port: 3000 },
    databaseUrl: undefined,
    github: { webhookSecrets: [SECRET] },
  });
});

test("the private key may be a file, its text, or its text on one line", async () => {
  const file = join(folder, "app.pem");
  await writeFile(file, RSA);
  for (const key of [file, RSA, RSA.replaceAll("\n", "\\n")])
    expect(parseSettings({ ...GOOD, CAMPANILE_GITHUB_PRIVATE_KEY: key }).github.privateKeyPem).toBe(RSA);
});

test("a private key that cannot be one is told for what it is", async () => {
  const file = join(folder, "note.pem");
  await writeFile(file, "not a key");
  const mistakeOf = (key: string) => mistakesOf({ ...GOOD, CAMPANILE_GITHUB_PRIVATE_KEY: key });
  expect(mistakeOf(file)).toEqual([expect.stringContaining("is not a private key in PEM form")]);
  expect(mistakeOf(folder)).toEqual([expect.stringContaining("names a file that cannot be read (EISDIR)")]);
  expect(mistakeOf(join(folder, "none.pem"))).toEqual([expect.stringContaining("names a file that cannot be read (ENOENT)")]);
  expect(mistakeOf(rsa.publicKey.export({ type: "spki", format: "pem" }).toString())).toEqual([
    expect.stringContaining("is not a private key in PEM form"),
  ]);
  expect(mistakeOf(pemOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey))).toEqual([
    expect.stringContaining("is not an RSA key"),
  ]);
});
