import { createHmac } from "node:crypto";

/** What GitHub puts in `X-Hub-Signature-256` and, by the older hash, in `X-Hub-Signature`. */
export function signatureHeaders(secret: string | undefined, body: string): Record<string, string> {
  if (secret === undefined) return {};
  const sign = (hash: "sha1" | "sha256") => `${hash}=${createHmac(hash, secret).update(body).digest("hex")}`;
  return { "X-Hub-Signature": sign("sha1"), "X-Hub-Signature-256": sign("sha256") };
}
