import semver from "semver";

/** When an authenticator has a setting: always, from a version of oauthenticator on, before one, or between two. */
type Span = "always" | { from?: string; before?: string };

const always = (names: string): Record<string, Span> => Object.fromEntries(names.split(" ").map((name) => [name, "always"]));
const from = (version: string, names: string): Record<string, Span> =>
  Object.fromEntries(names.split(" ").map((name) => [name, { from: version }]));
const before = (version: string, names: string): Record<string, Span> =>
  Object.fromEntries(names.split(" ").map((name) => [name, { before: version }]));

/** @see JupyterHub, auth.py: what all authenticators share; which of them a version lacks is not judged here */
const SHARED = always(
  "admin_users allow_all allow_existing_users allowed_users any_allow_config auth_refresh_age auto_login auto_login_oauth2_authorize blocked_users delete_invalid_users enable_auth_state manage_groups manage_roles otp_prompt post_auth_hook refresh_pre_spawn refresh_pre_stop request_otp reset_managed_roles_on_startup username_map username_pattern whitelist",
);

/** @see oauthenticator, oauth2.py: what all of its authenticators share */
const OAUTH: Record<string, Span> = {
  ...SHARED,
  ...always(
    "authorize_url client_id client_secret custom_403_message extra_authorize_params login_service logout_redirect_url oauth_callback_url scope token_url userdata_url username_claim validate_server_cert extra_params tls_verify",
  ),
  ...from(
    "16.0.0",
    "allow_all allow_existing_users basic_auth http_request_kwargs token_params userdata_params userdata_token_method",
  ),
  ...from("16.3.0", "allowed_scopes userdata_from_id_token"),
  ...from("17.0.0", "admin_groups allowed_groups auth_state_groups_key modify_auth_state_hook"),
  ...from("17.1.0", "enable_pkce"),
  ...from("17.3.0", "refresh_user_hook"),
};

/**
 * What each authenticator reads, own settings only.
 * @see oauthenticator, the traits with `config=True` of each class at tags 14.2.0 to 17.4.0 and of its main branch in July 2026
 */
const OWN: Record<string, Record<string, Span>> = {
  Auth0OAuthenticator: {
    ...always("auth0_domain auth0_subdomain username_key"),
    ...from("17.4.0", "allow_unverified_email"),
  },
  AzureAdOAuthenticator: { ...always("tenant_id"), ...from("16.2.0", "user_groups_claim"), ...from("17.4.0", "graph_url") },
  BitbucketOAuthenticator: always("allowed_teams team_whitelist"),
  CILogonOAuthenticator: {
    ...always("additional_username_claims allowed_idps cilogon_host idp idp_whitelist shown_idps skin strip_idp_domain"),
    ...from("17.4.0", "idps"),
  },
  GenericOAuthenticator: {
    ...always("admin_groups allowed_groups claim_groups_key username_key"),
    ...before("16.0.0", "basic_auth userdata_params userdata_token_method"),
  },
  GitHubOAuthenticator: always(
    "allowed_organizations github_api github_client_id github_client_secret github_organization_whitelist github_url populate_teams_in_auth_state",
  ),
  GitLabOAuthenticator: always(
    "allowed_gitlab_groups allowed_project_ids gitlab_api gitlab_api_version gitlab_group_whitelist gitlab_project_id_whitelist gitlab_url",
  ),
  GlobusOAuthenticator: always(
    "admin_globus_groups allowed_globus_groups exclude_tokens globus_groups_url globus_local_endpoint identity_provider revocation_url revoke_tokens_on_logout username_from_email",
  ),
  GoogleOAuthenticator: {
    ...always(
      "admin_google_groups allowed_google_groups google_api_url google_group_whitelist google_service_account_keys gsuite_administrator hosted_domain",
    ),
    ...from("17.0.0", "strip_domain"),
    ...from("17.1.0", "include_nested_groups"),
    ...from("17.5.0-0", "allowed_hosted_domains"),
  },
  MWOAuthenticator: always("executor_threads mw_index_url"),
  OpenShiftOAuthenticator: always(
    "admin_groups allowed_groups ca_certs openshift_auth_api_url openshift_rest_api_url openshift_url validate_cert",
  ),
};

/** Classes of JupyterHub itself. */
const LOCAL: Record<string, Record<string, Span>> = {
  DummyAuthenticator: { ...SHARED, ...always("password") },
  SharedPasswordAuthenticator: { ...SHARED, ...always("admin_password password_groups user_password") },
};

export type TraitVerdict =
  | { kind: "known" }
  /** The class is none whose settings are known here. */
  | { kind: "cannot-say" }
  | { kind: "unknown"; elsewhere: string[]; near: string[] }
  /** The setting exists, but not in this version. */
  | { kind: "not-in-version"; span: { from?: string; before?: string } };

/**
 * @param section under `hub.config`: the class itself, or one that it is made from
 * @param version of oauthenticator; undefined when nobody can say, and then every version counts
 */
export function judgeTrait(className: string, section: string, trait: string, version: string | undefined): TraitVerdict {
  const traits = traitsOf(className, section);
  if (!traits) return { kind: "cannot-say" };
  const span = traits[trait];
  if (span === undefined) {
    const elsewhere = Object.keys(OWN).filter((other) => Object.hasOwn(OWN[other] ?? {}, trait));
    return { kind: "unknown", elsewhere, near: Object.keys(traits) };
  }
  if (span === "always" || version === undefined) return { kind: "known" };
  const isThere =
    (span.from === undefined || semver.gte(version, span.from)) && (span.before === undefined || semver.lt(version, span.before));
  return isThere ? { kind: "known" } : { kind: "not-in-version", span };
}

function traitsOf(className: string, section: string): Record<string, Span> | undefined {
  const own = OWN[className];
  if (section === "Authenticator")
    return own || LOCAL[className] ? { ...SHARED, ...OAUTH, ...own, ...LOCAL[className] } : undefined;
  if (section === "OAuthenticator") return own ? { ...OAUTH, ...own } : undefined;
  if (section !== className) return undefined;
  return own ? { ...OAUTH, ...own } : LOCAL[className];
}
