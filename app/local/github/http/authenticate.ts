import { compactVerify, decodeJwt, importSPKI } from "jose";
import type { Emulator } from "../emulator.ts";
import type { App } from "../state/apps.ts";
import { ApiError } from "./api-error.ts";
import type { Actor } from "./endpoint.ts";

/**
 * Finds out who is asking by the `Authorization` header, with GitHub's own words for what is wrong with it.
 * @throws {ApiError} 401
 */
export async function authenticate(github: Emulator, header: string | undefined): Promise<Actor> {
  if (header === undefined) return { kind: "anonymous" };
  const [scheme = "", credential = ""] = header.split(" ");
  if (scheme.toLowerCase() === "basic") return findTokenOwner(github, basicPassword(credential));
  if (credential.split(".").length === 3) return { kind: "app", app: await verifyAppJwt(github, credential) };
  return findTokenOwner(github, credential);
}

/** git sends a token as the password of any user name, or as the user name itself. */
function basicPassword(credential: string): string {
  const [login = "", ...password] = Buffer.from(credential, "base64").toString("utf8").split(":");
  return password.join(":") || login;
}

function findTokenOwner(github: Emulator, token: string): Actor {
  const account = github.state.userTokens.get(token);
  if (account) return { kind: "user", account };
  const installationToken = github.state.installationTokens.get(token);
  if (!installationToken || installationToken.expiresAt <= github.now()) throw new ApiError(401, "Bad credentials");
  return { kind: "installation", token: installationToken };
}

/** GitHub refuses a token that claims to live longer, and allows the clocks to differ a little. */
const JWT_LIFE_SECONDS = 600;
const CLOCK_DRIFT_SECONDS = 60;

async function verifyAppJwt(github: Emulator, jwt: string): Promise<App> {
  const app = findIssuer(github, jwt);
  const nowSeconds = Math.floor(github.now().getTime() / 1000);
  const key = await importSPKI(app.publicKeyPem, "RS256");
  // Only the signature here: the claims are judged below, in GitHub's words.
  await compactVerify(jwt, key, { algorithms: ["RS256"] }).catch(() => {
    throw new ApiError(401, "A JSON web token could not be decoded");
  });
  const { exp, iat } = payloadOf(jwt);
  if (typeof exp !== "number" || exp <= nowSeconds) {
    throw new ApiError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > nowSeconds + JWT_LIFE_SECONDS + CLOCK_DRIFT_SECONDS) {
    throw new ApiError(401, "'Expiration time' claim ('exp') is too far in the future");
  }
  if (typeof iat !== "number" || iat > nowSeconds + CLOCK_DRIFT_SECONDS) {
    throw new ApiError(401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  }
  return app;
}

function findIssuer(github: Emulator, jwt: string): App {
  const { iss } = payloadOf(jwt);
  if (iss === undefined) throw new ApiError(401, "Missing 'issuer' claim ('iss') in assertion");
  const app = [...github.state.apps.values()].find((one) => String(one.id) === String(iss) || one.clientId === iss);
  if (!app) throw new ApiError(404, "Integration not found");
  return app;
}

function payloadOf(jwt: string) {
  try {
    return decodeJwt(jwt);
  } catch {
    throw new ApiError(401, "A JSON web token could not be decoded");
  }
}
