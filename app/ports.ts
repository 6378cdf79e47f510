import type { FetchesCharts } from "./adapters/charts/chart-store.ts";
import type { GitMirror } from "./adapters/git/git-mirror.ts";
import type { CheckRuns } from "./adapters/github/check-runs.ts";
import type { DeploymentState, GitHubDeployments } from "./adapters/github/github-deployments.ts";
import type { OwnIssues } from "./adapters/github/own-issues.ts";
import type { PullRequests } from "./adapters/github/pull-requests.ts";
import type { StickyComments } from "./adapters/github/sticky-comment.ts";
import type { Helm } from "./adapters/helm/create-helm.ts";
import type { ImageRegistry } from "./adapters/images/image-layers.ts";
import type { Cluster } from "./adapters/kubernetes/connect-cluster.ts";
import type { ClusterInspector } from "./adapters/kubernetes/inspect-cluster.ts";
import type { RecordedLookups } from "./adapters/kubernetes/recorded-lookups.ts";
import type { DecryptsSecrets } from "./adapters/sops/decrypt-file.ts";
import type { CommentParts, KeepsCommentParts } from "./adapters/store/comment-parts.ts";
import type { DeployRecords } from "./adapters/store/deploy-records.ts";
import { RECORDED_FIELD_TYPES } from "./diff/recorded-field-types.ts";
import { ClusterError } from "./domain/errors.ts";
import type { ValueLayer } from "./domain/hub.ts";
import { isJsonObject, type Json, type JsonObject } from "./domain/json.ts";
import type { Release } from "./domain/release.ts";
import { isGood, type RolloutOutcome } from "./domain/rollout.ts";
import type { EventSource } from "./event/deploy-event.ts";
import type { StepReport } from "./journey/journey.ts";
import type { JourneyPlan } from "./journey/plan.ts";
import type { JourneyPorts } from "./journey/ports.ts";
import { loadFleet } from "./load/load-fleet.ts";
import type { DeployPorts } from "./pipeline/deploy.ts";
import type { ReleaseJourneyPorts } from "./pipeline/play-release-journey.ts";
import type { PreviewPorts } from "./pipeline/preview.ts";
import type { ReleasePreviewPorts } from "./pipeline/preview-release.ts";
import type { ScheduledJourneysPorts } from "./pipeline/scheduled-journeys.ts";
import type { TellJourneyPorts } from "./pipeline/tell-journey.ts";
import { releasesOf } from "./plan/releases-of.ts";
import type { Redactor } from "./redact/create-redactor.ts";
import type { RendersReleases } from "./render/render-release.ts";
import { COMMENT_MARKER } from "./report/preview-comment.ts";
import { deploymentDescription, stickyComment } from "./report/rollout-report.ts";
import type { RolloutPorts, RolloutRequest } from "./rollout/roll-out.ts";
import { upgradeRelease } from "./rollout/upgrade-release.ts";

/** Everything that leaves the process, ready to be fitted to the stages. */
export interface Adapters {
  helmVersion: string;
  kubeconfig: string | undefined;
  docsUrl: string | undefined;
  git: GitMirror;
  pullRequests: PullRequests;
  checks: CheckRuns;
  comments: StickyComments;
  issues: OwnIssues;
  deployments: GitHubDeployments;
  commentParts: KeepsCommentParts;
  records: DeployRecords;
  helm: Helm;
  charts: FetchesCharts;
  images: ImageRegistry;
  renders: RendersReleases;
  clusterFor: (context: string) => Cluster;
  inspectorFor: (context: string) => ClusterInspector;
  recordedLookups: RecordedLookups;
  decrypt: DecryptsSecrets;
  redactor: Redactor;
  /** Off where hubs cannot be reached, or nobody wants it. */
  playsJourneys: boolean;
  /** Of the repository that describes the fleet. */
  findSource: () => Promise<EventSource | undefined>;
  /** A hub as the probe reaches it. */
  openHub: (plan: JourneyPlan, place: { context: string; namespace: string }) => JourneyPorts;
  /** Tells operators how far a journey is. */
  noteStep: (releaseId: string, step: StepReport) => void;
}

export interface Ports {
  preview: PreviewPorts;
  deploy: DeployPorts;
  rollout: Omit<RolloutPorts, "playJourney" | "tellJourney" | "lookAfter">;
  journey: ReleaseJourneyPorts;
  tellJourney: TellJourneyPorts;
  scheduledJourneys: Omit<ScheduledJourneysPorts, "playJourney">;
}

/** Fits the adapters to what each stage asks for. */
export function createPorts(adapters: Adapters): Ports {
  const { git, pullRequests, checks, records } = adapters;
  const fetchRevisions = (context: string, namespace: string, name: string) =>
    adapters.clusterFor(context).fetchRevisions(namespace, name);
  const shared = {
    helmVersion: adapters.helmVersion,
    fetchBranchHead: git.fetchBranchHead,
    fetchCommits: git.fetchCommits,
    openTree: git.openTree,
    startCheck: checks.startCheck,
    concludeCheck: checks.concludeCheck,
  };
  const now = () => new Date();
  const tellJourneyPorts: TellJourneyPorts = { addCheck: checks.addCheck, ...adapters.issues };
  return {
    tellJourney: tellJourneyPorts,
    preview: {
      ...shared,
      addPage: (place, output) => checks.addCheck(place, "neutral", output),
      fetchPullRequest: pullRequests.fetchPullRequest,
      mergeTrees: git.mergeTrees,
      readCommitTexts: git.readCommitTexts,
      readChart: adapters.charts.readChart,
      ...releasePreviewPorts(adapters),
      docsUrl: adapters.docsUrl,
      redactDeep: adapters.redactor.redactDeep,
      tellPullRequest: (source, number, preview) => tellPullRequest(adapters, source, number, preview),
    },
    deploy: {
      ...shared,
      playsJourneys: adapters.playsJourneys,
      fetchMergedPullRequestsOf: pullRequests.fetchMergedPullRequestsOf,
      fetchRevisions,
      findQuarantine: records.findQuarantine,
      findMovingReleases: records.findMovingReleases,
      findLastJourneys: records.findLastJourneys,
      recordDeploy: records.recordDeploy,
      recordProgress: records.recordProgress,
      findProgress: records.findProgress,
      loadProgress: records.loadProgress,
      tellMergedPullRequests: (source, numbers, rollout) => tellMergedPullRequests(adapters, source, numbers, rollout),
    },
    rollout: rolloutPorts(adapters, fetchRevisions),
    scheduledJourneys: {
      ...shared,
      now,
      ...tellJourneyPorts,
      findSource: adapters.findSource,
      fetchRevisions,
      findMovingReleases: records.findMovingReleases,
      findLastJourneys: records.findLastJourneys,
    },
    journey: {
      now,
      fetchCommits: git.fetchCommits,
      openTree: git.openTree,
      readChart: adapters.charts.readChart,
      openHub: adapters.openHub,
      learnSecrets: async (source, sha, releaseId) => learnSecrets(adapters, await loadRelease(adapters, source, sha, releaseId)),
      noteStep: adapters.noteStep,
      recordJourney: records.recordJourney,
    },
  };
}

function releasePreviewPorts({ renders, inspectorFor, recordedLookups, images, redactor }: Adapters): ReleasePreviewPorts {
  return {
    renders,
    async openLookups({ id, namespace, cluster }, isFork) {
      return isFork ? ((await recordedLookups.find(id)) ?? "none") : inspectorFor(cluster.context).openLookups(namespace);
    },
    async keepLookups({ id }, lookups) {
      if (lookups !== "none" && lookups.source === "live") await recordedLookups.keep(id, lookups);
    },
    async fetchFieldTypes({ cluster }, lookups, manifests) {
      if (lookups === "none" || lookups.source === "recorded") return RECORDED_FIELD_TYPES;
      return inspectorFor(cluster.context).fetchFieldTypes([...new Set(manifests.map(({ id }) => id.apiVersion))].sort());
    },
    inspectorFor: ({ cluster }) => inspectorFor(cluster.context),
    fetchImageLayers: images.fetchLayers,
    addSecret: ({ value, where }) => redactor.addSecret(value, where),
  };
}

async function tellPullRequest(adapters: Adapters, source: EventSource, number: number, preview: string): Promise<void> {
  await updateComment(adapters, source, number, "preview", preview);
}

async function tellMergedPullRequests(
  adapters: Adapters,
  source: EventSource,
  numbers: readonly number[],
  rollout: string,
): Promise<void> {
  for (const number of numbers) await updateComment(adapters, source, number, "rollout", rollout);
}

async function updateComment(
  { commentParts, comments }: Adapters,
  source: EventSource,
  number: number,
  part: keyof CommentParts,
  text: string,
): Promise<void> {
  await commentParts.updatePart({ repository: source.repository, number }, part, text, ({ preview, rollout }) =>
    comments.ensureComment(commentPlace(source, number), COMMENT_MARKER, stickyComment(preview, rollout)),
  );
}

function commentPlace(source: EventSource, pullRequest: number) {
  return { repository: source.repository, installationId: source.installationId, pullRequest };
}

function rolloutPorts(
  adapters: Adapters,
  fetchRevisions: (context: string, namespace: string, name: string) => ReturnType<Cluster["fetchRevisions"]>,
): Ports["rollout"] {
  const { git, records, deployments } = adapters;

  async function tellGitHub(
    request: RolloutRequest,
    rolloutId: string,
    state: DeploymentState,
    description: string,
  ): Promise<void> {
    const { source, sha, releaseId, url, isProduction } = request;
    const place = {
      repository: source.repository,
      installationId: source.installationId,
      sha,
      environment: releaseId,
      ...(url === undefined ? {} : { environmentUrl: url }),
      isProduction,
      rolloutId,
    };
    await deployments.ensureDeploymentStatus(place, state, description);
  }

  return {
    fetchNewestSha: (source) => git.fetchBranchHead(source, source.defaultBranch),
    fetchRevisions: (context, namespace, name) => fetchRevisions(context, namespace, name),
    findQuarantine: records.findQuarantine,
    loadRelease: (source, sha, releaseId) => loadRelease(adapters, source, sha, releaseId),
    upgrade: (release, sha, revision) => upgradeRelease(upgradePorts(adapters), release, sha, revision),
    waitForRevision: (context, ...rest) => adapters.clusterFor(context).waitForRevision(...rest),
    // Another process may have deployed it, and this one has to know the secrets before it tells what a pod says.
    async verify({ source, sha, releaseId, kubeContext, namespace }) {
      await learnSecrets(adapters, await loadRelease(adapters, source, sha, releaseId));
      return adapters.clusterFor(kubeContext).verify(namespace, releaseId);
    },

    async announce(request, rolloutId) {
      await records.recordProgress(request.deployId, request.releaseId, { kind: "rolling-out" });
      await tellGitHub(request, rolloutId, "in_progress", "Helm is at work.");
    },

    async record(request, rolloutId, startedAt, outcome, announced) {
      const { deployId, source, releaseId, environment, sha, bundleDigest } = request;
      if (announced) await tellGitHub(request, rolloutId, stateOf(outcome), deploymentDescription(outcome));
      await records.recordRollout({
        id: rolloutId,
        deployId,
        repository: source.repository,
        releaseId,
        environment,
        sha,
        bundleDigest,
        outcome,
        startedAt: new Date(startedAt),
      });
      await records.recordProgress(deployId, releaseId, outcome);
    },
  };
}

function stateOf(outcome: RolloutOutcome): DeploymentState {
  return outcome.kind === "deployed" && !isGood(outcome) ? "failure" : STATES[outcome.kind];
}

const STATES: Record<RolloutOutcome["kind"], DeploymentState> = {
  deployed: "success",
  failed: "failure",
  quarantined: "failure",
  superseded: "inactive",
};

async function loadRelease(
  { git, helmVersion }: Adapters,
  source: EventSource,
  sha: string,
  releaseId: string,
): Promise<Release> {
  await git.fetchCommits(source, [sha]);
  const { fleet } = await loadFleet(await git.openTree(source, sha), sha);
  const release = fleet ? releasesOf(fleet, helmVersion).find((each) => each.id === releaseId) : undefined;
  if (release) return release;
  throw new ClusterError({
    code: "plan-stale",
    what: `${releaseId} was not deployed.`,
    why: `Commit ${sha.slice(0, 7)} no longer describes it.`,
    fix: "Merge again, and a new plan is made.",
    canRetry: false,
  });
}

function upgradePorts(adapters: Adapters) {
  const { charts, helm, kubeconfig, clusterFor } = adapters;
  return {
    fetchChart: charts.fetchChart,
    upgrade: (name: string, chart: string, options: Omit<Parameters<Helm["upgrade"]>[2], "kubeconfig">) =>
      helm.upgrade(name, chart, { ...options, kubeconfig }),
    watchHooks: (context: string, namespace: string, signal: AbortSignal) => clusterFor(context).watchHooks(namespace, signal),
    decryptLayer: (layer: EncryptedLayer) => decryptLayer(adapters, layer),
  };
}

type EncryptedLayer = Extract<ValueLayer, { kind: "encrypted" }>;

async function learnSecrets(adapters: Adapters, release: Release): Promise<void> {
  const encrypted = release.valueLayers.filter((layer) => layer.kind === "encrypted");
  await Promise.all(encrypted.map((layer) => decryptLayer(adapters, layer)));
}

async function decryptLayer({ decrypt, redactor }: Adapters, { file, ciphertext }: EncryptedLayer): Promise<JsonObject> {
  const values = await decrypt({ name: file, ciphertext });
  addSecrets(redactor, values, file);
  return values;
}

function addSecrets(redactor: Redactor, value: Json, where: string): void {
  if (Array.isArray(value)) for (const item of value) addSecrets(redactor, item, where);
  else if (isJsonObject(value))
    for (const [key, item] of Object.entries(value)) addSecrets(redactor, item, `${where.replace(/ .*/, "")} ${key}`);
  else if (typeof value === "string" || typeof value === "number") redactor.addSecret(String(value), where);
}
