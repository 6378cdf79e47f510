import { Readable } from "node:stream";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { type Dispatcher, request } from "undici";
import { z } from "zod";
import { NoAnswer, UnexpectedStatus } from "../../domain/hub-errors.ts";
import type { HubAnswer, HubRequest, ReachesHub } from "../../journey/ports.ts";
import { openKernelChannel } from "./kernel-channel.ts";

/** A page or an answer longer than this says nothing more. */
const ANSWER_LIMIT_CHARACTERS = 4_000_000;

export interface HubClientOptions {
  /** Of the hub for people, with its base path and a slash at its end. */
  publicUrl: string;
  /** Where it is reached from here, when not there: an origin. Everything else stays as if it were the public address. */
  address?: string | undefined;
  /** Asked each time, because a rollout may make a new one. @returns undefined when there is none */
  fetchToken(): Promise<string | undefined>;
}

/** Speaks to one hub, and to the servers behind it, as its service `campanile`. */
export function createHubClient({ publicUrl, address, fetchToken }: HubClientOptions): ReachesHub {
  const base = new URL(publicUrl);
  const urlOf = (path: string) => {
    const url = new URL(path, base);
    return address === undefined ? url : new URL(`${url.pathname}${url.search}`, address);
  };
  const headersOf = async (as: HubRequest["as"]): Promise<Record<string, string>> => {
    const host = address === undefined ? {} : { host: base.host };
    if (as === "nobody") return host;
    const token = as === "stranger" ? NOBODYS_TOKEN : await fetchToken();
    return { ...host, ...(token === undefined ? {} : { authorization: `token ${token}` }) };
  };
  const send = async ({ method, path, as, body }: HubRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> => {
    const headers = { ...(await headersOf(as)), ...(body ? { "content-type": "application/json" } : {}) };
    try {
      // Not fetch, which names the address as the host: then whoever stands before several hubs cannot tell them apart.
      return await request(urlOf(path), { method, headers, signal, ...(body ? { body: JSON.stringify(body) } : {}) });
    } catch (error) {
      throw silence(error, signal);
    }
  };

  return {
    async ask(asked, signal) {
      const response = await send(asked, signal);
      try {
        return answerOf(response, (await response.body.text()).slice(0, ANSWER_LIMIT_CHARACTERS));
      } catch (error) {
        throw silence(error, signal);
      }
    },

    async *follow(path, signal) {
      const response = await send({ method: "GET", path, as: "probe" }, signal);
      const { statusCode, body } = response;
      if (statusCode !== 200) throw new UnexpectedStatus(statusCode, (await body.text()).slice(0, 2_000));
      const bytes: ReadableStream<Uint8Array<ArrayBuffer>> = Readable.toWeb(body);
      const events = bytes.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
      try {
        for await (const { data } of events) yield z.json().parse(JSON.parse(data));
      } catch (error) {
        throw silence(error, signal);
      }
    },

    async openKernel(user, { name, dir }, signal) {
      const path = `user/${user}/api/kernels`;
      const response = await send(
        { method: "POST", path, as: "probe", body: { ...(name === undefined ? {} : { name }), path: dir } },
        signal,
      );
      const text = await response.body.text();
      if (response.statusCode !== 201) throw new UnexpectedStatus(response.statusCode, text.slice(0, 2_000));
      const { id } = z.object({ id: z.string() }).parse(JSON.parse(text));
      const channels = urlOf(`${path}/${encodeURIComponent(id)}/channels`);
      channels.protocol = channels.protocol === "https:" ? "wss:" : "ws:";
      const channel = await openKernelChannel(channels, await headersOf("probe"), signal);
      return {
        run: channel.run,
        async close() {
          channel.close();
          await send(
            { method: "DELETE", path: `${path}/${encodeURIComponent(id)}`, as: "probe" },
            AbortSignal.timeout(CLOSE_LIMIT_MS),
          ).catch(() => {
            // The server ends its kernels when it is stopped.
          });
        },
      };
    },
  };
}

const CLOSE_LIMIT_MS = 5_000;
/** Has the form of one and opens nothing. */
const NOBODYS_TOKEN = "0".repeat(32);

function answerOf({ statusCode: status, headers }: Dispatcher.ResponseData, text: string): HubAnswer {
  const { location, "content-type": contentType = "" } = headers;
  return { status, location: [location].flat()[0], contentType: [contentType].flat()[0] ?? "", text };
}

/** What the network says, and not that a call failed. An end that was asked for stays as it is. */
function silence(error: unknown, signal: AbortSignal): unknown {
  // No network makes a TypeError: that is a mistake of ours, and stays loud.
  if (signal.aborted || error instanceof z.ZodError || error instanceof SyntaxError || error instanceof TypeError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const words =
    cause instanceof AggregateError
      ? cause.errors.map(String).join("; ")
      : cause instanceof Error
        ? cause.message
        : String(cause);
  return new NoAnswer(words, { cause: error });
}
