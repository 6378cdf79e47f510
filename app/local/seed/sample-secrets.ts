import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { execa } from "execa";
import { stringify } from "yaml";
import { schemaLine } from "../../cli/init/fleet-files.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { hubFiles } from "../../load/layout.ts";
import { SAMPLE_HUBS } from "./sample-artefacts.ts";

const ENVIRONMENTS = ["staging", "prod"] as const;
const TIME_LIMIT_MS = 30_000;

/** One sops file before it is encrypted. */
export interface PlainSecrets {
  path: string;
  values: JsonObject;
}

/** Secret values of every hub in every environment, made up anew: whoever finds one of them elsewhere has found a leak. */
export function makeSampleSecrets(): PlainSecrets[] {
  return SAMPLE_HUBS.flatMap((hub) =>
    ENVIRONMENTS.map((environment) => ({
      path: hubFiles(hub).secrets(environment),
      values: secretValues(`${hub}-${environment}`),
    })),
  );
}

function secretValues(release: string): JsonObject {
  const canary = (name: string) => `canary-${release}-${name}-${randomBytes(12).toString("hex")}`;
  return {
    jupyterhub: {
      hub: {
        config: { GoogleOAuthenticator: { client_id: canary("client-id"), client_secret: canary("client-secret") } },
        cookieSecret: randomBytes(32).toString("hex"),
        services: { grader: { apiToken: canary("grader-token") } },
      },
      proxy: { secretToken: canary("proxy-token") },
    },
  };
}

/** Every secret text in the values: what must never be seen outside of them. */
export function canariesIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(canariesIn) : [];
}

/**
 * The text of a sops file, encrypted by the real sops.
 * @param ageRecipient public key, `age1...`
 */
export async function encryptSecrets({ path, values }: PlainSecrets, ageRecipient: string, sopsBinary: string): Promise<string> {
  const { stdout } = await execa(
    sopsBinary,
    ["encrypt", "--age", ageRecipient, "--input-type", "yaml", "--output-type", "yaml", "--filename-override", path],
    {
      input: stringify(values),
      // A .sops.yaml of the folder it runs in would have its own idea of the keys, and so would SOPS_PGP_FP and its like.
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, HOME: tmpdir() },
      extendEnv: false,
      timeout: TIME_LIMIT_MS,
      stripFinalNewline: false,
    },
  );
  return schemaLine(path, "secrets") + stdout;
}
