import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";

/** Everything Campanile is told from outside, checked once. */
export interface Settings {
  http: { host: string; port: number };
  github: {
    appId: number;
    privateKeyPem: string;
    /** The secret in use first; a second one while it is being rotated. */
    webhookSecrets: string[];
    apiUrl: string;
    webUrl: string;
  };
  /** `owner/name` of the repository that describes the fleet. */
  deployConfigRepository: string;
  /** Absent: a private PostgreSQL is started under `dataDir`. */
  databaseUrl: string | undefined;
  dataDir: string;
  /** Stable across restarts and different for each replica: it says whose unfinished work is picked up. */
  replicaId: string;
  kubeconfig: string;
  helmBinary: string;
  /** `helm-render`, which stays for all renders of previews; absent: each render is a Helm of its own. */
  helmRenderBinary: string | undefined;
  sopsBinary: string;
  sopsAgeKeyFile: string | undefined;
  /** Prefix of a chart repository's address -> what to read instead. */
  chartMirrors: Record<string, string>;
  /** Prefix of a course repository's address -> what Campanile asks instead; students' servers ask as the link says. */
  gitMirrors: Record<string, string>;
  /** Where people can read `docs/`; findings then lead to their pages. */
  docsUrl: string | undefined;
  /** Whether a student's journey is played after each rollout of a hub that has one. */
  playsJourneys: boolean;
  /** Origin at which every hub is reached from here, by the host's name in the request; absent: at its own address. */
  hubAddress: string | undefined;
  /** How often missed deliveries are looked for. */
  reconcileMinutes: number;
  logLevel: "debug" | "info" | "warn" | "error";
}

/** All mistakes at once, each with the name of the variable and what to write. */
export class SettingsError extends Error {
  override name = "SettingsError";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(
      `Campanile does not start: ${mistakes.length} ${mistakes.length === 1 ? "setting is" : "settings are"} wrong.\n${mistakes.map((mistake) => `  - ${mistake}`).join("\n")}`,
    );
    this.mistakes = mistakes;
  }
}

/** Shorter than this, a secret can be guessed from one signed delivery on a laptop. */
const WEBHOOK_SECRET_MIN_LENGTH = 20;

/** Found in tutorials and templates, so known to everybody who would forge a delivery. */
const WELL_KNOWN_SECRETS = new Set([
  "development",
  "secret",
  "changeme",
  "change-me",
  "password",
  "webhook-secret",
  "webhooksecret",
  "mysecret",
  "test",
  "your-webhook-secret",
  "your_webhook_secret_here",
]);

/** One mistake each: which of them comes first is the most telling. */
const webhookSecret = z
  .string()
  .refine((value) => !WELL_KNOWN_SECRETS.has(value.toLowerCase()), {
    error: "is a value from a tutorial that anybody can try; make one with: openssl rand -hex 32",
    abort: true,
  })
  .refine((value) => value.length >= WEBHOOK_SECRET_MIN_LENGTH, {
    error: `must have at least ${WEBHOOK_SECRET_MIN_LENGTH} characters; make one with: openssl rand -hex 32`,
    abort: true,
  })
  .refine((value) => new Set(value).size >= 8, "repeats a few characters; make one with: openssl rand -hex 32");

const httpUrl = z
  .url({ protocol: /^https?$/, error: "must be an address such as https://api.github.com" })
  .transform((url) => url.replace(/\/+$/, ""));

const APP_ID = "must be the number that the App's settings page shows";
const OWNER_AND_NAME = "must be owner/name, such as berkeley/deploy-config";

/** A whole number, said to be one in one sentence whatever is wrong with it. */
const wholeNumber = (least: number, most: number, mistake: string) =>
  z.coerce.number(mistake).int(mistake).min(least, mistake).max(most, mistake);

/** The environment variables; `docs/settings.md` tells each with its default. */
export const variables = z.object({
  CAMPANILE_HOST: z.string().default("0.0.0.0"),
  CAMPANILE_PORT: wholeNumber(0, 65_535, "must be a port number, at most 65535").default(3000),
  CAMPANILE_GITHUB_APP_ID: wholeNumber(1, Number.MAX_SAFE_INTEGER, APP_ID),
  CAMPANILE_GITHUB_PRIVATE_KEY: z.string("is missing: give the path of the App's .pem file, or its text"),
  CAMPANILE_GITHUB_API_URL: httpUrl.default("https://api.github.com"),
  CAMPANILE_GITHUB_WEB_URL: httpUrl.default("https://github.com"),
  CAMPANILE_WEBHOOK_SECRET: z
    .string("is missing: without it anybody can send deliveries; make one with: openssl rand -hex 32")
    .pipe(webhookSecret),
  CAMPANILE_WEBHOOK_SECRET_PREVIOUS: webhookSecret.optional(),
  CAMPANILE_DEPLOY_CONFIG: z
    .string("is missing: name the repository that describes your hubs, such as berkeley/deploy-config")
    .regex(/^[A-Za-z0-9][\w-]*\/[\w.-]+$/, OWNER_AND_NAME),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: "must be an address such as postgresql://user@host/campanile" })
    .optional(),
  CAMPANILE_DATA_DIR: z.string().default(path.join(homedir(), ".local", "share", "campanile")),
  CAMPANILE_REPLICA_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, "may have letters, digits, dots and dashes, 64 at most")
    .default("campanile-0"),
  // Named outright, because Helm runs with a home of its own and would not find it there.
  KUBECONFIG: z.string().default(path.join(homedir(), ".kube", "config")),
  CAMPANILE_HELM: z.string().default("helm"),
  CAMPANILE_HELM_RENDER: z.string().optional(),
  CAMPANILE_SOPS: z.string().default("sops"),
  SOPS_AGE_KEY_FILE: z.string().optional(),
  CAMPANILE_CHART_MIRRORS: z.string().default("{}").transform(parseMirrors),
  CAMPANILE_GIT_MIRRORS: z.string().default("{}").transform(parseMirrors),
  CAMPANILE_DOCS_URL: httpUrl.optional(),
  CAMPANILE_JOURNEYS: z.enum(["on", "off"], "must be on or off").default("on"),
  CAMPANILE_HUB_ADDRESS: httpUrl.optional(),
  CAMPANILE_RECONCILE_MINUTES: wholeNumber(1, 59, "must be a number of minutes from 1 to 59").default(5),
  CAMPANILE_LOG_LEVEL: z.enum(["debug", "info", "warn", "error"], "must be debug, info, warn or error").default("info"),
});

/**
 * @param environment such as `process.env`; an empty or blank variable counts as absent
 * @throws {SettingsError} with every mistake, never with a value of one
 */
export function parseSettings(environment: NodeJS.ProcessEnv): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ""));
  const parsed = variables.safeParse(given);
  const key = readPrivateKey(given.CAMPANILE_GITHUB_PRIVATE_KEY);
  const mistakes = (parsed.error?.issues ?? []).map(
    (issue) => `${String(issue.path[0])} ${describe(issue.message, given[String(issue.path[0])])}`,
  );
  if (key.mistake !== undefined) mistakes.push(`CAMPANILE_GITHUB_PRIVATE_KEY ${key.mistake}`);
  if (!parsed.success || key.mistake !== undefined) throw new SettingsError([...new Set(mistakes)]);
  const env = parsed.data;
  return {
    http: { host: env.CAMPANILE_HOST, port: env.CAMPANILE_PORT },
    github: {
      appId: env.CAMPANILE_GITHUB_APP_ID,
      privateKeyPem: key.pem,
      webhookSecrets: [env.CAMPANILE_WEBHOOK_SECRET, env.CAMPANILE_WEBHOOK_SECRET_PREVIOUS].filter(
        (secret) => secret !== undefined,
      ),
      apiUrl: env.CAMPANILE_GITHUB_API_URL,
      webUrl: env.CAMPANILE_GITHUB_WEB_URL,
    },
    deployConfigRepository: env.CAMPANILE_DEPLOY_CONFIG,
    databaseUrl: env.DATABASE_URL,
    dataDir: path.resolve(env.CAMPANILE_DATA_DIR),
    replicaId: env.CAMPANILE_REPLICA_ID,
    kubeconfig: env.KUBECONFIG,
    helmBinary: env.CAMPANILE_HELM,
    helmRenderBinary: env.CAMPANILE_HELM_RENDER,
    sopsBinary: env.CAMPANILE_SOPS,
    sopsAgeKeyFile: env.SOPS_AGE_KEY_FILE,
    chartMirrors: env.CAMPANILE_CHART_MIRRORS,
    gitMirrors: env.CAMPANILE_GIT_MIRRORS,
    docsUrl: env.CAMPANILE_DOCS_URL,
    playsJourneys: env.CAMPANILE_JOURNEYS === "on",
    hubAddress: env.CAMPANILE_HUB_ADDRESS,
    reconcileMinutes: env.CAMPANILE_RECONCILE_MINUTES,
    logLevel: env.CAMPANILE_LOG_LEVEL,
  };
}

function describe(message: string, value: string | undefined): string {
  return value === undefined && !message.startsWith("is missing") ? `is missing: it ${message}` : message;
}

function parseMirrors(text: string, context: z.RefinementCtx): Record<string, string> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(text));
  } catch {
    context.addIssue({
      code: "custom",
      message: 'must be JSON such as {"https://example.org/": "http://mirror.example/"}',
    });
    return z.NEVER;
  }
}

type PrivateKey = { pem: string; mistake?: undefined } | { mistake: string };

function readPrivateKey(given: string | undefined): PrivateKey {
  if (given === undefined) return { pem: "" };
  const isText = given.includes("-----BEGIN");
  let pem: string;
  try {
    pem = isText ? given.replaceAll("\\n", "\n") : readFileSync(given, "utf8");
  } catch (error) {
    return {
      mistake: `names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown reason"}): give the path of the App's .pem file`,
    };
  }
  try {
    if (createPrivateKey(pem).asymmetricKeyType !== "rsa")
      return { mistake: "is not an RSA key: download a new private key from the App's settings page" };
    return { pem };
  } catch {
    return { mistake: "is not a private key in PEM form: download a new private key from the App's settings page" };
  }
}
