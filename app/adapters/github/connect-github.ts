import Bottleneck from "bottleneck";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import { Probot, ProbotOctokit } from "probot";
import { callGitHub } from "./github-error.ts";

export type Octokit = InstanceType<typeof ProbotOctokit>;

export interface GitHubConnection {
  appId: number;
  /** Speaks for one installation, with the rights that its owner gave. */
  asInstallation(installationId: number): Promise<Octokit>;
  /** Speaks for the App itself: its installations and its deliveries. */
  asApp(): Promise<Octokit>;
  /** A token that can read contents and nothing else, for git over HTTP. */
  tokenFor(installationId: number): Promise<string>;
}

export interface GitHubOptions {
  appId: number;
  privateKeyPem: string;
  apiUrl: string;
  log: Logger;
  /** Takes every known secret out of a value that is about to leave the process. */
  redactDeep: (value: unknown) => unknown;
}

/**
 * GitHub allows 80 content-creating requests a minute and 500 an hour. The throttling plugin's own answer, one a second and a
 * comment every three, would keep a reader waiting for four check runs; a bucket lets a burst through and holds the minute's sum.
 */
function writeBuckets() {
  const bucket = { maxConcurrent: 8, reservoir: 70, reservoirRefreshAmount: 70, reservoirRefreshInterval: 60_000 };
  return {
    write: new Bottleneck.Group(bucket),
    notifications: new Bottleneck.Group({ ...bucket, reservoir: 40, reservoirRefreshAmount: 40 }),
  };
}

/** A token is good for an hour; a slow fetch must not see its end. */
const TOKEN_USE_MINUTES = 45;

/** Waiting longer than this for a rate limit would hold a check in progress for no visible reason. */
const RATE_LIMIT_WAIT_SECONDS = 120;

export function connectGitHub(options: GitHubOptions): GitHubConnection {
  const withinWait = (retryAfterSeconds: number, request: { method: string; url: string }) => {
    options.log.warn({ method: request.method, url: request.url, retryAfterSeconds }, "GitHub asks to wait");
    return retryAfterSeconds <= RATE_LIMIT_WAIT_SECONDS;
  };
  const throttle = { ...writeBuckets(), onRateLimit: withinWait, onSecondaryRateLimit: withinWait };
  const probot = new Probot({
    appId: options.appId,
    privateKey: options.privateKeyPem,
    // Probot insists on a webhook secret; its receiver is never started, deliveries come in by our own front.
    secret: "not-used",
    baseUrl: options.apiUrl,
    log: options.log.child({ name: "github" }, { level: options.log.level === "debug" ? "debug" : "warn" }),
    Octokit: ProbotOctokit.defaults((given: { throttle?: object }) => ({
      ...given,
      // Probot hands its own limits in with each instance, so ours must come after them.
      throttle: { ...given.throttle, ...throttle },
      userAgent: "campanile",
      request: { timeout: 30_000 },
    })) as typeof ProbotOctokit,
  });

  async function guarded(octokit: Octokit): Promise<Octokit> {
    octokit.hook.before("request", (request) => {
      redactParameters(request as Record<string, unknown>, options.redactDeep);
      // GitHub may have done the work and failed to say so. A durable step looks first and then tries again; this does not look,
      // and a PATCH of a check run adds its annotations to those that are there.
      if (request.method !== "GET") request.request = { ...request.request, retries: 0 };
    });
    return octokit;
  }

  const octokitFor = memoised(async (installationId: number | undefined) => guarded(await probot.auth(installationId)));

  const contentTokens = new LRUCache<number, string>({ max: 100, ttl: TOKEN_USE_MINUTES * 60_000 });

  return {
    appId: options.appId,
    asInstallation: octokitFor,
    asApp: () => octokitFor(undefined),
    async tokenFor(installationId) {
      const known = contentTokens.get(installationId);
      if (known !== undefined) return known;
      const { data } = await callGitHub("get a token for git", async () =>
        (await octokitFor(undefined)).rest.apps.createInstallationAccessToken({
          installation_id: installationId,
          permissions: { contents: "read" },
        }),
      );
      contentTokens.set(installationId, data.token);
      return data.token;
    },
  };
}

/** What Octokit uses to reach GitHub, not what is sent for people to read. */
const TRANSPORT_KEYS = new Set(["method", "baseUrl", "url", "headers", "mediaType", "request"]);

/** The last line before the network: what any caller forgot to hide is hidden here. */
function redactParameters(request: Record<string, unknown>, redactDeep: (value: unknown) => unknown): void {
  for (const [key, value] of Object.entries(request)) {
    if (!TRANSPORT_KEYS.has(key)) request[key] = redactDeep(value);
  }
}

function memoised<K, V>(make: (key: K) => Promise<V>): (key: K) => Promise<V> {
  const made = new Map<K, Promise<V>>();
  return (key) => {
    const known = made.get(key);
    if (known) return known;
    const fresh = make(key);
    made.set(key, fresh);
    fresh.catch(() => made.delete(key));
    return fresh;
  };
}
