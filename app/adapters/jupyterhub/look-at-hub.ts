import { CoreV1Api, type CoreV1Event, type V1Pod } from "@kubernetes/client-node";
import { parse } from "yaml";
import { parseQuantity } from "../../domain/quantity.ts";
import type { HubSight, LooksAtHub, PodSight } from "../../journey/ports.ts";
import type { judgePod } from "../../verify/judge-pod.ts";
import { callKubernetes } from "../kubernetes/call-kubernetes.ts";
import { loadKubeConfig } from "../kubernetes/load-kube-config.ts";
import { countSharersIn, mountsOf } from "./server-mounts.ts";

const LOG_LINES = 200;
/** What a hub that runs said of this journey, and not of last night. */
const LOG_SECONDS = 60;
const EVENT_LIMIT = 12;
/** Of other users' servers, as many as show whether any has the probe's home. */
const SERVER_LIMIT = 500;
const TOKEN_KEY = "hub.services.campanile.apiToken";

export interface HubInCluster extends LooksAtHub {
  /** Of service `campanile`, as the chart keeps it; undefined when there is none. */
  fetchToken(): Promise<string | undefined>;
}

export interface LookOptions {
  /** Path; the usual places when undefined. */
  kubeconfig: string | undefined;
  context: string;
  namespace: string;
  /** Whose server is looked at. */
  user: string;
  /** What the stage `verify` makes of a pod. */
  judgePod: typeof judgePod;
  addSecret(value: string, where: string): void;
  /** Texts of a cluster are scrubbed before they are cut. */
  redact(text: string): string;
}

/** Looks at the pods of one hub, and at one user's server. Nothing in here changes the cluster. */
export function lookAtHub(options: LookOptions): HubInCluster {
  const { namespace, user, addSecret, redact } = options;
  const config = loadKubeConfig(options.kubeconfig, options.context);
  const core = config.makeApiClient(CoreV1Api);
  const list = async (labelSelector: string) =>
    (await callKubernetes(`see the pods of ${namespace}`, () => core.listNamespacedPod({ namespace, labelSelector }))).items;

  const sightOf = async (pods: V1Pod[]): Promise<PodSight | undefined> => {
    // While one pod replaces another both are there for a moment.
    const pod = pods.toSorted((a, b) => created(b) - created(a))[0];
    const name = pod?.metadata?.name;
    if (!pod || name === undefined) return undefined;
    const fieldSelector = `involvedObject.name=${name}`;
    const events = await callKubernetes(`see the events of ${name}`, () =>
      core.listNamespacedEvent({ namespace, fieldSelector }),
    );
    const own = events.items.filter(({ involvedObject }) => involvedObject.uid === pod.metadata?.uid);
    return describePod(pod, own, options);
  };

  const fetchToken = async () => {
    const data = await callKubernetes(`read the token of service campanile in ${namespace}`, async () => {
      const all = await core.listNamespacedSecret({ namespace, fieldSelector: "metadata.name=hub" });
      return all.items[0]?.data ?? {};
    });
    for (const { value, where } of secretsOf(data)) addSecret(value, `Secret ${namespace}/hub, ${where}`);
    const token = data[TOKEN_KEY];
    return token === undefined ? undefined : decoded(token);
  };
  let known: Promise<string | undefined> | undefined;
  const learnToken = () => {
    known ??= fetchToken().catch((error) => {
      // An API server that was away for a moment is asked again.
      known = undefined;
      throw error;
    });
    return known;
  };

  return {
    fetchToken: learnToken,
    async hasToken() {
      known = undefined;
      return (await learnToken()) !== undefined;
    },
    async look(): Promise<HubSight> {
      // What is to be hidden must be known before anything is shown.
      await learnToken();
      const [hub, proxy, servers] = await Promise.all([
        list("component=hub"),
        list("component=proxy"),
        list(serverSelector(user)),
      ]);
      const own = servers.filter((pod) => userOf(pod) === user);
      return { hub: await sightOf(hub), proxy: await sightOf(proxy), server: await sightOf(own) };
    },
    async countSharers(home) {
      const servers = { namespace, labelSelector: SERVERS, limit: SERVER_LIMIT };
      const { items } = await callKubernetes(`see the servers of ${namespace}`, () => core.listNamespacedPod(servers));
      return countSharersIn(items, home, (pod) => userOf(pod) !== undefined && userOf(pod) !== user);
    },
    async fetchLog({ name, isReady, restarts, runsForSeconds = 0 }) {
      const read = async (more: { previous?: boolean; sinceSeconds?: number }) => {
        try {
          return await core.readNamespacedPodLog({ namespace, name, tailLines: LOG_LINES, ...more });
        } catch {
          // A pod that has not run has none.
          return "";
        }
      };
      // Many pods count as ready as soon as they run, also those that have just ended and begun again.
      const hasJustRestarted = restarts > 0 && runsForSeconds < LOG_SECONDS;
      if (isReady && !hasJustRestarted) return redact(await read({ sinceSeconds: LOG_SECONDS }));
      const ended = restarts > 0 ? await read({ previous: true }) : "";
      return redact(ended.trim() === "" ? await read({}) : ended);
    },
  };
}

/** A hub's log may name what it could not log in with: its chart keeps all of that in one Secret. */
function secretsOf(data: Readonly<Record<string, string>>): { value: string; where: string }[] {
  const { [VALUES_KEY]: values = "", ...others } = data;
  const plain = Object.entries(others).map(([key, value]) => ({ value: decoded(value), where: `key ${key}` }));
  return [...plain, ...secretLeaves(parse(decoded(values)), [])];
}

/** Values whose key says that they are secret, and passwords inside addresses. */
function secretLeaves(value: unknown, path: readonly string[]): { value: string; where: string }[] {
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, item]) => secretLeaves(item, [...path, key]));
  if (typeof value !== "string") return [];
  const where = `values, ${path.join(".")}`;
  const [, password] = /:\/\/[^:\s/]*:([^@\s]+)@/.exec(value) ?? [];
  const found = password === undefined ? [] : [{ value: password, where }];
  return /password|secret|token|keys?$/i.test(path.at(-1) ?? "") ? [...found, { value, where }] : found;
}

const VALUES_KEY = "values.yaml";

const decoded = (base64: string) => Buffer.from(base64, "base64").toString("utf8");

const SERVERS = "component=singleuser-server";
const USERNAME = "hub.jupyter.org/username";

const userOf = ({ metadata }: V1Pod) => metadata?.annotations?.[USERNAME];

/** @see KubeSpawner, slugs.py: names of one kind stay as they are, and older hubs write "-" as "-2d" */
function serverSelector(user: string): string {
  return `${SERVERS},${USERNAME} in (${user},${user.replaceAll("-", "-2d")})`;
}

const created = ({ metadata }: V1Pod) => new Date(metadata?.creationTimestamp ?? 0).getTime();

function describePod(pod: V1Pod, events: CoreV1Event[], { judgePod, redact }: LookOptions): PodSight {
  const { metadata, spec, status } = pod;
  const [container] = spec?.containers ?? [];
  const [running] = (status?.containerStatuses ?? []).filter(({ name }) => name === container?.name);
  const ending = running?.state?.terminated ?? running?.lastState?.terminated;
  const begun = running?.state?.running?.startedAt;
  const memory = container?.resources?.limits?.memory;
  const limit = memory === undefined ? undefined : parseQuantity(memory);
  const verdict = judgePod(pod, events, new Date());
  return {
    name: metadata?.name ?? "",
    phase: status?.phase ?? "Unknown",
    isReady:
      metadata?.deletionTimestamp === undefined &&
      (status?.conditions ?? []).some(({ type, status: is }) => type === "Ready" && is === "True"),
    restarts: running?.restartCount ?? 0,
    ...(begun === undefined ? {} : { runsForSeconds: (Date.now() - new Date(begun).getTime()) / 1000 }),
    image: container?.image ?? "",
    imageId: running?.imageID ?? "",
    mounts: mountsOf(pod),
    ...(limit === undefined ? {} : { memoryLimitBytes: limit }),
    ...(ending ? { lastEnding: `${ending.reason ?? "ended"} (exit code ${ending.exitCode})` } : {}),
    ...(verdict ? { verdict: { ...verdict, what: redact(verdict.what), why: redact(verdict.why) } } : {}),
    events: events
      .toSorted((a, b) => momentOf(a) - momentOf(b))
      .slice(-EVENT_LIMIT)
      .map(({ reason, message }) => redact(`${reason ?? ""}: ${message ?? ""}`)),
  };
}

function momentOf({ lastTimestamp, eventTime, metadata }: CoreV1Event): number {
  return new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime();
}
