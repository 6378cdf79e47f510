import http from "node:http";
import https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Json } from "../../domain/json.ts";
import type { Pace } from "./pace.ts";

/** The largest list that anybody has to read here, with room. */
const ANSWER_LIMIT_BYTES = 32 * 1024 * 1024;
const TIME_LIMIT_MS = 30_000;
const SOCKETS = 16;

export interface ApiCall {
  method: "GET" | "PATCH" | "POST";
  /** From the server's root, escaped: `/api/v1/namespaces/data8-staging/secrets/hub`. */
  path: string;
  query?: Record<string, string>;
  /** `application/json` when left out. */
  accept?: string;
  body?: { type: string; text: string };
}

export interface ApiAnswer {
  status: number;
  contentType: string;
  body: Json;
  /** What the server remarks beside its answer, such as a Pod that a later level of Pod Security would refuse. */
  warnings: string[];
  /** Set when the server is busy and says for how long. */
  retryAfterSeconds: number | undefined;
}

/** One API server, spoken to in its own JSON: no field is lost or turned into another type on the way. */
export interface ApiClient {
  /** @returns whatever the server said, refusals included @throws when there was no answer */
  call(call: ApiCall): Promise<ApiAnswer>;
  /** How many calls were made so far. */
  readonly calls: number;
}

/** @param pace how fast it may be asked */
export function createApiClient(config: KubeConfig, pace: Pace): ApiClient {
  const server = config.getCurrentCluster();
  const base = new URL(server?.server ?? "");
  const kept = { keepAlive: true, maxSockets: SOCKETS };
  const agent = base.protocol === "http:" ? new http.Agent(kept) : new https.Agent(kept);
  let calls = 0;

  async function send(call: ApiCall): Promise<ApiAnswer> {
    const url = new URL(base.pathname.replace(/\/$/, "") + call.path, base);
    for (const [key, value] of Object.entries(call.query ?? {})) url.searchParams.set(key, value);
    const options: https.RequestOptions = { method: call.method, signal: AbortSignal.timeout(TIME_LIMIT_MS) };
    await config.applyToHTTPSOptions(options);
    // The library opens a connection for each call; only where a proxy stands in between its own agent is needed.
    if (server?.proxyUrl === undefined) options.agent = agent;
    options.headers = {
      ...options.headers,
      Accept: call.accept ?? "application/json",
      ...(call.body ? { "Content-Type": call.body.type, "Content-Length": Buffer.byteLength(call.body.text) } : {}),
    };
    return exchange(url, options, call.body?.text);
  }

  return {
    call: (call) =>
      pace.run(call.method === "GET" ? "read" : "try", () => {
        calls++;
        return send(call);
      }),
    get calls() {
      return calls;
    },
  };
}

function exchange(url: URL, options: https.RequestOptions, body: string | undefined): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "http:" ? http : https).request(url, options, (response) => {
      read(response).then(resolve, reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function read(response: http.IncomingMessage): Promise<ApiAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > ANSWER_LIMIT_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  const retryAfter = Number(response.headers["retry-after"]);
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers["content-type"] ?? "",
    body: parseJson(text),
    warnings: warningsOf(response.headers.warning),
    retryAfterSeconds: Number.isFinite(retryAfter) && response.headers["retry-after"] !== undefined ? retryAfter : undefined,
  };
}

function tooLarge(): Error {
  return Object.assign(new Error(`the API server sent more than ${ANSWER_LIMIT_BYTES / 1024 / 1024} MiB`), { code: "E2BIG" });
}

/** A gateway in between may answer in HTML: then the status says enough. */
function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @see RFC 7234, 5.5: `299 - "would violate PodSecurity"` */
function warningsOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(", ") : (header ?? "");
  return [...text.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, words = ""]) => words.replace(/\\(.)/g, "$1"));
}
