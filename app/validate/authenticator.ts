import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";
import { isOpaque } from "./opaque.ts";

/** Names that JupyterHub gives its authenticators, by the class that they stand for. Source: entry points of jupyterhub and oauthenticator. */
const CLASS_OF_NAME: Record<string, string> = {
  auth0: "Auth0OAuthenticator",
  azuread: "AzureAdOAuthenticator",
  bitbucket: "BitbucketOAuthenticator",
  canvas: "CanvasOAuthenticator",
  cilogon: "CILogonOAuthenticator",
  default: "PAMAuthenticator",
  dummy: "DummyAuthenticator",
  firstuse: "FirstUseAuthenticator",
  "generic-oauth": "GenericOAuthenticator",
  github: "GitHubOAuthenticator",
  gitlab: "GitLabOAuthenticator",
  globus: "GlobusOAuthenticator",
  google: "GoogleOAuthenticator",
  hmac: "HMACAuthenticator",
  ldap: "LDAPAuthenticator",
  ldapauthenticator: "LDAPAuthenticator",
  lti11: "LTI11Authenticator",
  lti13: "LTI13Authenticator",
  ltiauthenticator: "LTIAuthenticator",
  mediawiki: "MWOAuthenticator",
  native: "NativeAuthenticator",
  nativeauthenticator: "NativeAuthenticator",
  null: "NullAuthenticator",
  okpy: "OkpyOAuthenticator",
  openshift: "OpenShiftOAuthenticator",
  pam: "PAMAuthenticator",
  "shared-password": "SharedPasswordAuthenticator",
  tmp: "TmpAuthenticator",
};

export const AUTHENTICATOR_NAMES = Object.keys(CLASS_OF_NAME);

const CONFIG: ValuePath = ["hub", "config"];
export const CLASS_PATH: ValuePath = [...CONFIG, "JupyterHub", "authenticator_class"];

/** @returns undefined when the values leave it to the chart, or hide it in a secret */
export function authenticatorClass(values: JsonObject): string | undefined {
  const named = valueAt(values, CLASS_PATH);
  if (typeof named !== "string" || isOpaque(named)) return undefined;
  return CLASS_OF_NAME[named] ?? named.split(/[.:]/).at(-1);
}

/** Sections of `hub.config` that the authenticator reads, nearest first. */
export function sectionsOf(className: string): string[] {
  return [className, ...(className.endsWith("OAuthenticator") ? ["OAuthenticator"] : []), "Authenticator"];
}

/** A setting of the authenticator, from its own section or one that it shares. */
export function authenticatorTrait(
  values: JsonObject,
  className: string,
  trait: string,
): { path: ValuePath; value: Json } | undefined {
  for (const section of sectionsOf(className)) {
    const path = [...CONFIG, section, trait];
    const value = valueAt(values, path);
    if (value !== undefined && value !== null) return { path, value };
  }
  return undefined;
}

/** All settings of the authenticator, own ones first. */
export function authenticatorTraits(
  values: JsonObject,
  className: string,
): { section: string; trait: string; path: ValuePath }[] {
  return sectionsOf(className).flatMap((section) => {
    const traits = valueAt(values, [...CONFIG, section]);
    const names = isJsonObject(traits) ? Object.keys(traits) : [];
    return names.map((trait) => ({ section, trait, path: [...CONFIG, section, trait] }));
  });
}

/** Whether some section that the authenticator reads is wholly secret, so that anything may be in it. */
export function hasSecretSection(values: JsonObject, className: string): boolean {
  const config = valueAt(values, CONFIG);
  return isOpaque(config) || sectionsOf(className).some((section) => isOpaque(valueAt(values, [...CONFIG, section])));
}
