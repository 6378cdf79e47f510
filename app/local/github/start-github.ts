import { mkdir } from "node:fs/promises";
import fastify from "fastify";
import { z } from "zod";
import { createControl } from "./control/create-control.ts";
import type { GitHubControl } from "./control/github-control.ts";
import { CONTROL_OPERATIONS, runControl, serveControl } from "./control/serve-control.ts";
import type { Emulator } from "./emulator.ts";
import { createDeliveryFaults } from "./faults/delivery-faults.ts";
import { createRequestFaults } from "./faults/request-faults.ts";
import { createRateLimits } from "./http/rate-limit.ts";
import { serveApi } from "./http/serve-api.ts";
import { serveGitHttp } from "./http/serve-git-http.ts";
import { servePages } from "./http/serve-pages.ts";
import { allRoutes } from "./routes/all-routes.ts";
import { createArchives } from "./routes/tarball.ts";
import { startSchemaChecker } from "./schema/start-schema-checker.ts";
import { createJournal } from "./state/journal.ts";
import { createState } from "./state/state.ts";
import { emitEvent } from "./webhooks/emit.ts";
import { createWebhooks } from "./webhooks/send-webhooks.ts";

export const githubConfig = z.object({
  /** Where the bare repositories are put. */
  dataDir: z.string(),
  /** 0 takes a free one. */
  port: z.number().int().default(0),
  /** GitHub's description of its API; without it nothing that is sent is checked. */
  openapiPath: z.string().optional(),
  /** Control operations to do before it is ready. */
  seed: z.array(z.object({ operation: z.enum(CONTROL_OPERATIONS), input: z.unknown() })).default([]),
});

export interface GitHubOptions extends z.input<typeof githubConfig> {
  now?: () => Date;
}

export interface GitHubServer {
  /** The origin of the API. */
  url: string;
  /** The origin of the pages and of git; here the same. */
  webUrl: string;
  control: GitHubControl;
  /** @throws {AggregateError} when something failed that nobody waited for */
  close: () => Promise<void>;
}

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

/** Starts an emulated github.com on loopback: git repositories on disk, all else in memory, behind GitHub's own API. */
export async function startGitHub(options: GitHubOptions): Promise<GitHubServer> {
  const { now = () => new Date(), ...given } = options;
  const config = githubConfig.parse(given);
  await mkdir(config.dataDir, { recursive: true });
  const background = createBackground();
  const server = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1_000 },
    logger: false,
  });
  const github: Emulator = {
    state: createState(),
    journal: createJournal(now),
    dataDir: config.dataDir,
    baseUrl: "",
    now,
    emit: (event) => emitEvent(github, emit, event),
    inBackground: background.start,
  };
  const requestFaults = createRequestFaults();
  const deliveryFaults = createDeliveryFaults();
  const limits = createRateLimits(github);
  const checker = config.openapiPath === undefined ? undefined : await startSchemaChecker(config.openapiPath);
  const webhooks = createWebhooks(github, deliveryFaults);
  const emit = { webhooks, checker };
  const control = createControl({ github, limits, requestFaults, deliveryFaults, emit });
  const archives = createArchives();

  // JSON bodies are parsed where it is known who gets an answer about them.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  serveGitHttp(server, { github, faults: requestFaults });
  serveApi(server, { github, limits, faults: requestFaults, checker }, allRoutes({ webhooks, limits, archives }));
  serveControl(server, control);
  servePages(server, github, archives);
  github.baseUrl = await server.listen({ host: "127.0.0.1", port: config.port });
  for (const { operation, input } of config.seed) await runControl(control, operation, input);

  return {
    url: github.baseUrl,
    webUrl: github.baseUrl,
    control,
    async close() {
      webhooks.close();
      await server.close();
      await background.finish();
      await checker?.close();
    },
  };
}

/** Keeps hold of work that nobody waits for, so that closing can wait and a failure is not lost. */
function createBackground() {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  return {
    start(work: () => Promise<void>): void {
      const run = work()
        .catch((error: unknown) => {
          failures.push(error);
          process.stderr.write(`emulated GitHub: ${error instanceof Error ? error.stack : String(error)}\n`);
        })
        .finally(() => running.delete(run));
      running.add(run);
    },
    async finish(): Promise<void> {
      while (running.size > 0) await Promise.all(running);
      if (failures.length > 0) throw new AggregateError(failures, "the emulated GitHub failed in the background");
    },
  };
}
