import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PlaceholderSet } from "../../domain/placeholder.ts";
import type { Discovery } from "./discovery.ts";
import { judgeLookup, type LookupPath, writeLookupPath } from "./lookup-path.ts";
import type { LookupAnswer, LookupSnapshot } from "./lookup-snapshot.ts";
import { withPlaceholders } from "./without-secrets.ts";

/** What one render of Helm sees as its cluster. */
export interface LookupSession {
  /** A kubeconfig that leads to the proxy and nowhere else. */
  kubeconfig: string;
  /** Names what the cluster of the snapshot can do. */
  kinds: string;
  /** What the templates looked up so far. */
  asked(): LookupPath[];
  /** Why the snapshot itself could not answer, if it could not: truer than what Helm makes of it. */
  failure(): unknown;
  close(): Promise<void>;
}

export interface LookupProxy {
  open(snapshot: LookupSnapshot, placeholders: PlaceholderSet): Promise<LookupSession>;
  stop(): Promise<void>;
}

interface Session {
  snapshot: LookupSnapshot;
  placeholders: PlaceholderSet;
  asked: Map<string, LookupPath>;
  failure: unknown;
}

interface Reply {
  status: number;
  body: object;
  contentType?: string;
}

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/**
 * A Kubernetes API for templates alone, on loopback: discovery, and GET of what `lookup` asks for, out of one snapshot. It never has a
 * secret value, changes nothing, and answers only who knows the random path that is in the session's kubeconfig.
 */
export async function startLookupProxy(): Promise<LookupProxy> {
  const sessions = new Map<string, Session>();
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-lookups-"));
  const server = http.createServer((request, response) => {
    answer(sessions, request).then(
      (reply) => send(response, reply),
      () => send(response, { status: 503, body: statusBody(503, "ServiceUnavailable", "the cluster did not answer Campanile") }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    async open(snapshot, placeholders) {
      const token = randomBytes(16).toString("hex");
      const session: Session = { snapshot, placeholders, asked: new Map(), failure: undefined };
      sessions.set(token, session);
      const kubeconfig = path.join(folder, `${token}.json`);
      await writeFile(kubeconfig, kubeconfigFor(`http://127.0.0.1:${port}/${token}`), { mode: 0o600 });
      return {
        kubeconfig,
        kinds: nameOfKinds(snapshot.discovery),
        asked: () => [...session.asked.values()],
        failure: () => session.failure,
        async close() {
          sessions.delete(token);
          await rm(kubeconfig, { force: true });
        },
      };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const names = new WeakMap<Discovery, string>();

/** The same for as long as nobody reads anew what the cluster can do. */
function nameOfKinds(discovery: Discovery): string {
  const name = names.get(discovery) ?? randomBytes(8).toString("hex");
  names.set(discovery, name);
  return name;
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lookups", cluster: { server } }],
    users: [{ name: "lookups", user: {} }],
    contexts: [{ name: "lookups", context: { cluster: "lookups", user: "lookups" } }],
    "current-context": "lookups",
  });
}

async function answer(sessions: ReadonlyMap<string, Session>, request: http.IncomingMessage): Promise<Reply> {
  request.resume();
  const { pathname, search } = new URL(request.url ?? "/", "http://127.0.0.1");
  const [, token = "", ...rest] = pathname.split("/");
  const session = sessions.get(token);
  if (!session) return { status: 401, body: statusBody(401, "Unauthorized", "no such render") };
  if (request.method !== "GET") return { status: 405, body: statusBody(405, "MethodNotAllowed", "lookups only read") };
  const asked = `/${rest.join("/")}`;
  const { discovery, namespace } = session.snapshot;
  const known = discover(session.snapshot, asked);
  if (known) return known;
  const judged = judgeLookup(asked, namespace, discovery);
  if (judged.kind === "unknown")
    return { status: 404, body: statusBody(404, "NotFound", `${asked} is nothing that can be looked up`) };
  if (judged.kind === "refused" || search !== "") {
    const why = judged.kind === "refused" ? judged.why : "lookups have no options";
    return { status: 403, body: statusBody(403, "Forbidden", `Campanile refuses this lookup: ${why}`) };
  }
  session.asked.set(writeLookupPath(judged.lookup), judged.lookup);
  try {
    return replyFor(await session.snapshot.lookUp(judged.lookup), session.placeholders, asked);
  } catch (error) {
    session.failure = error;
    throw error;
  }
}

function discover({ discovery }: LookupSnapshot, asked: string): Reply | undefined {
  const { version, core, groups } = discovery.documents;
  if (asked === "/version") return { status: 200, body: version };
  if (asked === "/api") return { status: 200, body: core, contentType: AGGREGATED };
  if (asked === "/apis") return { status: 200, body: groups, contentType: AGGREGATED };
  const list = discovery.resourceList(asked.replace(/^\/apis?\//, ""));
  return list && { status: 200, body: list };
}

function replyFor(found: LookupAnswer, placeholders: PlaceholderSet, asked: string): Reply {
  if (found.kind === "found") return { status: 200, body: withPlaceholders(found.body, placeholders) };
  if (found.kind === "missing") return { status: 404, body: statusBody(404, "NotFound", `${asked} is not there`) };
  return { status: 403, body: statusBody(403, "Forbidden", `Campanile's account may not read ${asked}`) };
}

function statusBody(code: number, reason: string, message: string) {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
}

function send(response: http.ServerResponse, { status, body, contentType = "application/json" }: Reply): void {
  response.writeHead(status, { "Content-Type": contentType }).end(JSON.stringify(body));
}
