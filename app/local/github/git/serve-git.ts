import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { gitEnvironment } from "./run-git.ts";

/** A clone of a test repository takes far less; a hung client must not hold the repository's lock. */
const TIME_LIMIT_MS = 120_000;
const HEAD_LIMIT_BYTES = 64 * 1024;

export interface GitHttpRequest {
  gitDir: string;
  /** `/info/refs`, `/git-upload-pack` or `/git-receive-pack`. */
  service: string;
  query: string;
  /** Who is allowed to push; git takes pushes only from somebody. */
  login: string | undefined;
  /** Done when git has finished and before the client knows: who has pushed then finds everything that follows from it. */
  beforeEnd?: () => Promise<void>;
}

/** Answers one request of git's smart HTTP protocol by git's own CGI program. Ends when the answer has been sent. */
export async function serveGit(git: GitHttpRequest, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const backend = spawn("git", ["http-backend"], {
    env: cgiEnvironment(git, request),
    stdio: ["pipe", "pipe", "ignore"],
    timeout: TIME_LIMIT_MS,
  });
  request.pipe(backend.stdin);
  // git may stop reading before the client stops sending; its answer says why.
  backend.stdin.on("error", () => request.resume());
  const ended = new Promise<void>((resolve, reject) => {
    backend.once("error", reject);
    backend.once("close", () => resolve());
  });
  try {
    await relayCgi(backend.stdout, response);
    await ended;
    await git.beforeEnd?.();
    response.end();
  } finally {
    backend.kill();
  }
}

function cgiEnvironment(git: GitHttpRequest, request: IncomingMessage): Record<string, string> {
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : "";
  };
  return {
    ...gitEnvironment(),
    GIT_PROJECT_ROOT: path.dirname(git.gitDir),
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: `/${path.basename(git.gitDir)}${git.service}`,
    REQUEST_METHOD: request.method ?? "GET",
    QUERY_STRING: git.query,
    CONTENT_TYPE: header("content-type"),
    HTTP_CONTENT_ENCODING: header("content-encoding"),
    GIT_PROTOCOL: header("git-protocol"),
    ...(request.headers["content-length"] === undefined ? {} : { CONTENT_LENGTH: header("content-length") }),
    ...(git.login === undefined ? {} : { REMOTE_USER: git.login }),
  };
}

/** A CGI program writes header lines, an empty line, and the body. */
async function relayCgi(output: NodeJS.ReadableStream, response: ServerResponse): Promise<void> {
  let head = Buffer.alloc(0);
  let isBody = false;
  for await (const chunk of output) {
    const bytes = Buffer.from(chunk);
    if (isBody) {
      response.write(bytes);
      continue;
    }
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf("\r\n\r\n");
    if (end >= 0) {
      writeHead(head.subarray(0, end).toString("utf8"), response);
      response.write(head.subarray(end + 4));
      isBody = true;
    } else if (head.length > HEAD_LIMIT_BYTES) throw new Error("git http-backend gave no header");
  }
  if (!isBody) response.writeHead(500);
}

function writeHead(head: string, response: ServerResponse): void {
  let status = 200;
  for (const line of head.split("\r\n")) {
    const [name = "", ...rest] = line.split(":");
    const value = rest.join(":").trim();
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status);
}
