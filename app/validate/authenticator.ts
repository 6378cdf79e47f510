import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";

/** Names that JupyterHub gives its authenticators, by the class that they stand for. Source: entry points of jupyterhub and oauthenticator. */
const CLASS_OF_NAME: Record<string, string> = {
  auth0: "Auth0OAuthenticator",
  azuread: "AzureAdOAuthenticator",
  bitbucket: "BitbucketOAuthenticator",
  canvas: "CanvasOAuthenticator",
  cilogon: "CILogonOAuthenticator",
  dummy: "DummyAuthenticator",
  "generic-oauth": "GenericOAuthenticator",
  github: "GitHubOAuthenticator",
  gitlab: "GitLabOAuthenticator",
  globus: "GlobusOAuthenticator",
  google: "GoogleOAuthenticator",
  ldapauthenticator: "LDAPAuthenticator",
  ltiauthenticator: "LTIAuthenticator",
  mediawiki: "MWOAuthenticator",
  native: "NativeAuthenticator",
  nativeauthenticator: "NativeAuthenticator",
  okpy: "OkpyOAuthenticator",
  openshift: "OpenShiftOAuthenticator",
  pam: "PAMAuthenticator",
  "shared-password": "SharedPasswordAuthenticator",
};

const CONFIG: ValuePath = ["hub", "config"];
export const CLASS_PATH: ValuePath = [...CONFIG, "JupyterHub", "authenticator_class"];

/** @returns undefined when the values leave it to the chart, or hide it in a secret */
export function authenticatorClass(values: JsonObject): string | undefined {
  const named = valueAt(values, CLASS_PATH);
  if (typeof named !== "string" || named.startsWith("campanile-placeholder:")) return undefined;
  return CLASS_OF_NAME[named] ?? named.split(/[.:]/).at(-1);
}

/** A trait of the authenticator, from its own section or that which all share. */
export function authenticatorTrait(
  values: JsonObject,
  className: string,
  trait: string,
): { path: ValuePath; value: Json } | undefined {
  const sections = [className, "OAuthenticator", "Authenticator"];
  for (const section of sections) {
    const path = [...CONFIG, section, trait];
    const value = valueAt(values, path);
    if (value !== undefined && value !== null) return { path, value };
  }
  return undefined;
}

/** All traits that are set for the authenticator, own ones first. */
export function authenticatorTraits(values: JsonObject, className: string): string[] {
  return [className, "OAuthenticator", "Authenticator"].flatMap((section) => {
    const traits = valueAt(values, [...CONFIG, section]);
    return isJsonObject(traits) ? Object.keys(traits) : [];
  });
}
