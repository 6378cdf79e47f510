import type { Explanation } from "../../domain/errors.ts";
import type { Fault, Outcome } from "../journey.ts";
import { nameImage } from "../plan.ts";
import type { HubSight } from "../ports.ts";

/** What is known besides what a step met. */
export interface Circumstances {
  user: string;
  /** Undefined when the cluster did not answer either. */
  pods: HubSight | undefined;
  /** The last lines of the hub's log where the hub failed, or of the server's where the server did. */
  log: string;
}

export type Told = Extract<Outcome, { kind: "broken" | "could-not-tell" }>;

export function broken(fault: Fault, code: string, what: string, why: string, fix: string): Told {
  return { kind: "broken", fault, explanation: { code, what, why, fix } };
}

export function brokenBy(fault: Fault, explanation: Explanation): Told {
  return { kind: "broken", fault, explanation };
}

export function couldNot(code: string, what: string, why: string, fix: string): Told {
  return { kind: "could-not-tell", explanation: { code, what, why, fix } };
}

/** Of a text that somebody else wrote, as part of a sentence of ours. */
export function firstWords(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 300).replace(/\.$/, "");
}

/** What a pod runs, or will run, for people. */
export function imageOf(pods: HubSight | undefined): string {
  return pods?.server ? nameImage(pods.server.imageId || pods.server.image) : "the image";
}

/** What a hub's log says of its database. Where it fails, JupyterHub takes every token for a wrong one and answers 403. */
export function databaseLine(log: string): string | undefined {
  const lines = log.split("\n").map((line) => line.trim());
  return lines
    .findLast((line) => /^(?:sqlalchemy|sqlite3|psycopg2?|pymysql|MySQLdb)\.[\w.]*(?:Error|Exception)\b/.test(line))
    ?.slice(0, 300);
}

/** The end of a Python traceback, else what JupyterHub itself logs as an error, else the last line at all. */
export function lastPythonLine(log: string): string | undefined {
  const lines = log.split("\n").map((line) => line.trim());
  const raised = lines.findLast((line) => /^[\w.]+(?:Error|Exception|Exit)\b/.test(line));
  const logged = lines.flatMap((line) => /^\[E \d{4}-[^\]]*\] (.+)/.exec(line)?.[1] ?? []).at(-1);
  return (raised ?? logged ?? lines.findLast(Boolean))?.slice(0, 300).replace(/\.$/, "");
}
