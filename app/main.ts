import path from "node:path";
import pLimit from "p-limit";
import { type Logger, pino } from "pino";
import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import { createChartStore } from "./adapters/charts/chart-store.ts";
import { type DurableEngine, launchDurable } from "./adapters/durable/launch-durable.ts";
import { createGitMirror } from "./adapters/git/git-mirror.ts";
import { createCheckRuns } from "./adapters/github/check-runs.ts";
import { connectGitHub } from "./adapters/github/connect-github.ts";
import { findSource } from "./adapters/github/find-source.ts";
import { createGitHubDeployments } from "./adapters/github/github-deployments.ts";
import { createMissedDeliveries } from "./adapters/github/missed-deliveries.ts";
import { createOwnIssues } from "./adapters/github/own-issues.ts";
import { createPullRequests } from "./adapters/github/pull-requests.ts";
import { createStickyComments } from "./adapters/github/sticky-comment.ts";
import { createHelm } from "./adapters/helm/create-helm.ts";
import { openTemplates } from "./adapters/helm/resident-renderer.ts";
import { createTemplate } from "./adapters/helm/template-with-lookups.ts";
import { createImageRegistry } from "./adapters/images/image-layers.ts";
import { openHub } from "./adapters/jupyterhub/open-hub.ts";
import { connectCluster } from "./adapters/kubernetes/connect-cluster.ts";
import { inspectCluster } from "./adapters/kubernetes/inspect-cluster.ts";
import { kubeconfigSecrets } from "./adapters/kubernetes/kubeconfig-secrets.ts";
import { startLookupProxy } from "./adapters/kubernetes/lookup-proxy.ts";
import { createRecordedLookups } from "./adapters/kubernetes/recorded-lookups.ts";
import { meterLastJourneys } from "./adapters/metrics/last-journeys.ts";
import { meterPredictions } from "./adapters/metrics/predictions.ts";
import { createSops } from "./adapters/sops/decrypt-file.ts";
import { createCommentParts } from "./adapters/store/comment-parts.ts";
import { createDeployRecords } from "./adapters/store/deploy-records.ts";
import { openStore } from "./adapters/store/open-store.ts";
import { startPrivateDatabase } from "./adapters/store/private-database.ts";
import { parseEvent } from "./event/parse-event.ts";
import { deploy, deployHub } from "./pipeline/deploy.ts";
import { findLeftToDo } from "./pipeline/look-after.ts";
import { type JourneyRequest, playReleaseJourney } from "./pipeline/play-release-journey.ts";
import { preview } from "./pipeline/preview.ts";
import { beginDueJourneys, playDueJourney, type ScheduledJourneysPorts } from "./pipeline/scheduled-journeys.ts";
import { tellJourney } from "./pipeline/tell-journey.ts";
import { createPorts } from "./ports.ts";
import { createRedactor } from "./redact/create-redactor.ts";
import { redactDeep } from "./redact/redact-deep.ts";
import { createRenderer } from "./render/render-release.ts";
import { type RolloutPorts, rollOut } from "./rollout/roll-out.ts";
import { parseSettings, type Settings, SettingsError } from "./settings.ts";
import { judgePod } from "./verify/judge-pod.ts";
import { judgeHooks, judgeWorkloads } from "./verify/judge-workloads.ts";
import type { Delivery } from "./webhook/delivery.ts";
import { startFront } from "./webhook/start-front.ts";

/** A delivery asked for again this recently may still be on its way. */
const REDELIVERY_PAUSE_SECONDS = 20;

export interface RunningCampanile {
  port: number;
  stop(): Promise<void>;
}

/** Opens connections, wires the stages to the adapters, starts the front and the workflows; what was opened is closed again if it cannot start. */
export async function startCampanile(settings: Settings): Promise<RunningCampanile> {
  await using opened = new AsyncDisposableStack();
  const redactor = createRedactor();
  for (const secret of settings.github.webhookSecrets) redactor.addSecret(secret, "the webhook secret");
  redactor.addSecret(settings.github.privateKeyPem, "the App's private key");
  for (const secret of kubeconfigSecrets(settings.kubeconfig)) redactor.addSecret(secret, "the kubeconfig");
  const log = createLog(settings, redactor.redact);
  const helmOptions = { homeDir: path.join(settings.dataDir, "helm"), redact: redactor.redact };
  const helm = createHelm({ ...helmOptions, binary: settings.helmBinary });
  const helmVersion = await helm.version();
  const templates = openTemplates(helm, settings.helmRenderBinary, helmOptions);
  opened.defer(templates.stop);
  const databaseUrl = settings.databaseUrl ?? (await openPrivateDatabase(settings, log, opened));
  for (const secret of databaseSecrets(databaseUrl)) redactor.addSecret(secret, "the database's address");
  const store = await openStore(databaseUrl, log);
  opened.defer(store.close);

  const github = connectGitHub({
    appId: settings.github.appId,
    privateKeyPem: settings.github.privateKeyPem,
    apiUrl: settings.github.apiUrl,
    log,
    redactDeep: (value) => redactDeep(value, redactor.redact),
  });
  const judges = { judgeWorkloads, judgeHooks };
  const charts = createChartStore({ cacheDir: settings.dataDir, mirrors: settings.chartMirrors });
  const lookupProxy = await startLookupProxy();
  opened.defer(lookupProxy.stop);
  const records = createDeployRecords(store);
  const ports = createPorts({
    helmVersion,
    kubeconfig: settings.kubeconfig,
    docsUrl: settings.docsUrl,
    git: createGitMirror({ dataDir: settings.dataDir, webUrl: settings.github.webUrl, tokenFor: github.tokenFor }),
    pullRequests: createPullRequests(github),
    checks: createCheckRuns(github),
    comments: createStickyComments(github),
    issues: createOwnIssues(github),
    deployments: createGitHubDeployments(github),
    commentParts: createCommentParts(store),
    records,
    helm,
    charts,
    images: createImageRegistry({ mirrors: settings.chartMirrors }),
    renders: createRenderer({ helmVersion, fetchChart: charts.fetchChart, template: createTemplate(templates, lookupProxy) }),
    clusterFor: memoised((context) =>
      connectCluster({ kubeconfig: settings.kubeconfig, context, log, redact: redactor.redact, judges }),
    ),
    inspectorFor: memoised((context) => inspectCluster({ kubeconfig: settings.kubeconfig, context })),
    recordedLookups: createRecordedLookups(settings.dataDir),
    decrypt: createSops({ sopsBinary: settings.sopsBinary, ageKeyFile: settings.sopsAgeKeyFile }),
    redactor,
    playsJourneys: settings.playsJourneys,
    findSource: () => findSource(github, settings.deployConfigRepository),
    openHub: (plan, place) =>
      openHub(
        plan,
        {
          ...place,
          kubeconfig: settings.kubeconfig,
          address: settings.hubAddress,
          replica: settings.replicaId,
          instead: settings.gitMirrors,
        },
        { judgePod, addSecret: redactor.addSecret, redact: redactor.redact },
      ),
    noteStep: (release, { step, title, outcome, latencyMs }) =>
      log.info({ release, step, title, outcome: outcome.kind, latencyMs }, "a step of a student's journey"),
  });
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const lookAfter = meterPredictions(metrics, log);
  // A rollout and the clock may want one at the same time, and a probe has one server.
  const oneAtATime = memoised((_releaseId) => pLimit(1));
  const playJourney = (request: JourneyRequest) =>
    oneAtATime(request.releaseId)(() => playReleaseJourney(ports.journey, request));
  const rollout: RolloutPorts = {
    ...ports.rollout,
    playJourney,
    tellJourney: ({ source, sha }, { rolloutId, revision, report }) =>
      tellJourney(ports.tellJourney, {
        source,
        headSha: sha,
        workId: rolloutId,
        report,
        occasion: { kind: "rollout", revision },
      }),
    lookAfter: ({ source, sha, releaseId }) =>
      lookAfter(releaseId, async () => findLeftToDo(ports.preview, await ports.rollout.loadRelease(source, sha, releaseId))),
  };
  const scheduledJourneys: ScheduledJourneysPorts = { ...ports.scheduledJourneys, playJourney };
  const missed = createMissedDeliveries(github, REDELIVERY_PAUSE_SECONDS);

  const deliveries = new Counter({
    name: "campanile_deliveries_total",
    help: "Webhook deliveries by what became of them",
    labelNames: ["event", "acceptance"],
    registers: [metrics],
  });
  // A database that is away must not take the other figures with it.
  meterLastJourneys(metrics, () =>
    records.findLastJourneys(settings.deployConfigRepository).catch((error: unknown) => {
      log.warn({ err: error }, "the last journeys could not be read for the metrics");
      return new Map();
    }),
  );
  const engine = Promise.withResolvers<DurableEngine>();
  let isUp = false;

  async function accept({ guid, event, payload }: Delivery) {
    const parsed = parseEvent(event, payload);
    const isOurs =
      parsed !== undefined && parsed.source.repository.toLowerCase() === settings.deployConfigRepository.toLowerCase();
    const acceptance = isOurs ? await (await engine.promise).accept(guid, parsed) : "ignored";
    deliveries.inc({ event: isOurs ? event : "other", acceptance });
    log.info({ guid, event, acceptance }, "delivery");
    return acceptance;
  }

  async function readiness() {
    if (!isUp) return { ready: false, because: "the workflows are being started" } as const;
    try {
      await store.query("select 1", []);
      return { ready: true } as const;
    } catch {
      return { ready: false, because: "the database does not answer" } as const;
    }
  }

  // The workflows ask GitHub at once for deliveries that were missed, so the front must be there before them.
  const {
    http,
    github: { webhookSecrets },
  } = settings;
  const front = await startFront({ ...http, webhookSecrets, inbox: { accept }, readiness, metrics, log });
  opened.defer(() => front.server.close());
  const launching = launchDurable({
    databaseUrl,
    replicaId: settings.replicaId,
    reconcileMinutes: settings.reconcileMinutes,
    log,
    workflows: {
      preview: (work, event) => preview(work, ports.preview, event),
      deploy: (work, event) => deploy(work, ports.deploy, event),
      deployHub: (work, input) => deployHub(work, ports.deploy, input),
      rollOut: (work, request) => rollOut(work, rollout, request),
      reconcile: async (work) => {
        const guids = await work.step("redeliver missed", () => missed.redeliverMissed(new Date()));
        if (guids.length > 0) log.info({ guids }, "asked GitHub for deliveries that never arrived");
      },
      async beginDueJourneys(work) {
        if (settings.playsJourneys) await beginDueJourneys(work, scheduledJourneys);
      },
      playDueJourney: (work, journey) => playDueJourney(work, scheduledJourneys, journey),
    },
  });
  engine.resolve(launching);
  // Deliveries that wait for it are answered; without any, the failed start below says it all.
  engine.promise.catch(() => {});
  const launched = await launching;
  isUp = true;
  log.info({ port: front.port, repository: settings.deployConfigRepository }, "Campanile is ready");

  const running = opened.move();
  return {
    port: front.port,
    async stop() {
      await front.server.close();
      await launched.shutdown();
      await running.disposeAsync();
    },
  };
}

async function openPrivateDatabase(settings: Settings, log: Logger, opened: AsyncDisposableStack): Promise<string> {
  const database = await startPrivateDatabase(settings.dataDir, log);
  opened.defer(database.stop);
  return database.url;
}

/** The address as a whole, and the password alone, which errors of other programs may quote. */
function databaseSecrets(databaseUrl: string): string[] {
  const { password } = new URL(databaseUrl);
  return [databaseUrl, password, decodeURIComponent(password)];
}

/** The production entry point: ends with 1 and all mistakes on stderr when the settings are wrong. */
export async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  let settings: Settings;
  try {
    settings = parseSettings(environment);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  const campanile = await startCampanile(settings);
  const stop = () => {
    campanile.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

function createLog(settings: Settings, redact: (text: string) => string): Logger {
  // Redaction is on the written line, so that no serializer, error or library can go around it.
  const stream = { write: (line: string) => void process.stdout.write(redact(line)) };
  return pino({ level: settings.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}

function memoised<V>(make: (key: string) => V): (key: string) => V {
  const made = new Map<string, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}
