import { inspect } from "node:util";
import { createRedactor, type Redactor } from "../redact/create-redactor.ts";
import { environmentSecrets } from "./environment-secrets.ts";

/** Where every command prints. What the process knows as secret, and what looks like a key, does not get there. */
export interface Terminal {
  /** To standard output: what was asked for. */
  write(text: string): void;
  /** To standard error: how it goes, and what stands in the way. */
  complain(text: string): void;
  /** The same JSON without secrets, for what is cut before it is written: half a secret is not recognised. */
  told<T>(value: T): T;
  /** Whoever comes to know a secret tells it. */
  redactor: Redactor;
}

export function openTerminal({ stdout, stderr, env }: Pick<NodeJS.Process, "stdout" | "stderr" | "env">): Terminal {
  const redactor = createRedactor();
  for (const { value, where } of environmentSecrets(env)) redactor.addSecret(value, where);
  return {
    write: (text) => void stdout.write(redactor.redact(text)),
    complain: (text) => void stderr.write(redactor.redact(text)),
    told: <T>(value: T) => redactor.redactDeep(value) as T,
    redactor,
  };
}

/** An error that nobody explained, in full: whoever looks into it needs the stack. */
export function describeBug(error: unknown, { redactor }: Terminal): string {
  return `${inspect(redactor.redactDeep(error))}\n`;
}
