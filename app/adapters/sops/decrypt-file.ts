import { type ExecaError, execa } from "execa";
import { z } from "zod";
import { ClusterError } from "../../domain/errors.ts";
import { isJsonObject, type JsonObject } from "../../domain/json.ts";

const TIME_LIMIT_MS = 30_000;
const OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024;

export interface SopsOptions {
  sopsBinary: string;
  ageKeyFile: string | undefined;
}

export type DecryptsSecrets = (file: { name: string; ciphertext: string }) => Promise<JsonObject>;

/** The real `sops`, with the key of this deployer; the plaintext stays in memory and is never written anywhere. */
export function createSops(options: SopsOptions): DecryptsSecrets {
  return async ({ name, ciphertext }) => {
    try {
      const { stdout } = await execa(
        options.sopsBinary,
        ["decrypt", "--input-type", "yaml", "--output-type", "json", "--filename-override", name],
        {
          input: ciphertext,
          // Cloud key services are reached with the credentials of the process, so its environment goes along.
          env: options.ageKeyFile === undefined ? {} : { SOPS_AGE_KEY_FILE: options.ageKeyFile },
          timeout: TIME_LIMIT_MS,
          maxBuffer: OUTPUT_LIMIT_BYTES,
        },
      );
      return z.custom<JsonObject>(isJsonObject).parse(JSON.parse(stdout));
    } catch (error) {
      throw cannotDecrypt(name, error as ExecaError);
    }
  };
}

/** sops quotes no values, but its output could be cut off in the middle of one: only stderr is told, and no cause is kept. */
function cannotDecrypt(name: string, failure: ExecaError): ClusterError {
  const words = typeof failure.stderr === "string" ? failure.stderr.trim().split("\n").slice(0, 3).join(" ").slice(0, 300) : "";
  return new ClusterError({
    code: "secrets-unreadable",
    what: `${name} could not be decrypted, so nothing was deployed.`,
    why: failure.timedOut ? "sops took longer than 30 s." : words || "sops gave no reason.",
    fix: "Encrypt the file for the deployer's key (sops updatekeys), or give Campanile the key that the file was encrypted for.",
    canRetry: false,
  });
}
