import type { Chart } from "../domain/chart/chart.ts";
import type { Fleet, HubJourney, ImagePin } from "../domain/hub.ts";
import { isJsonObject, type JsonObject } from "../domain/json.ts";
import { valueAt } from "../domain/value-at.ts";
import { parseCourseLink } from "../journey/course-link.ts";
import type { Door } from "../journey/login-door.ts";
import type { JourneyPlan, JourneyProfile } from "../journey/plan.ts";
import type { LoadedFleet } from "../load/load-fleet.ts";
import { authenticatorClass, authenticatorTrait } from "../validate/authenticator.ts";
import { fleetView, type ReleaseView } from "../validate/fleet-view.ts";
import { contentsOf } from "../validate/jupyterhub-versions.ts";
import { isOpaque } from "../validate/opaque.ts";
import { classmateOf } from "../validate/probe-roles.ts";

const DEFAULT_JOURNEY: Omit<HubJourney, "at"> = { imports: [], user: "campanile-probe" };

/**
 * What a journey through one release expects, by what the files say. What they leave to the chart is judged where the chart is at hand.
 * @param charts by the digest of their pin
 * @returns undefined where there is no such release, or nobody says where students reach it
 */
export function planJourney(
  fleet: Fleet,
  placeOfValue: LoadedFleet["placeOfValue"],
  wanted: { hub: string; environment: string },
  charts?: ReadonlyMap<string, Chart>,
): JourneyPlan | undefined {
  const release = fleetView(fleet, placeOfValue, { charts }).find(`${wanted.hub}-${wanted.environment}`);
  const address = release?.config.url;
  if (!release || address === undefined) return undefined;
  const { user, imports, link, grader }: Omit<HubJourney, "at"> =
    fleet.hubs.find(({ name }) => name === wanted.hub)?.journey ?? DEFAULT_JOURNEY;
  const values = release.effective;
  const publicUrl = baseOf(address, values);
  const courseLink = link === undefined ? undefined : parseCourseLink(link);
  const contents = contentsOf(release);
  const authenticator = isSetByCode(values, "authenticator_class") ? undefined : authenticatorClass(values);
  const image = imageOf(release);
  const homeOfAll = sameHome(values);
  const classmate = classmateOf(values, user);
  const door = authenticator === undefined ? undefined : doorOf(values, authenticator, publicUrl);
  return {
    release: release.id,
    user,
    ...(classmate === undefined ? {} : { classmate }),
    publicUrl,
    profiles: otherProfiles(release),
    imports,
    ...(contents ? { jupyterhubVersion: contents.jupyterhub } : {}),
    ...(authenticator?.endsWith("Authenticator") ? { authenticator } : {}),
    ...spawnerOf(values),
    ...(door ? { door } : {}),
    ...(image ? { image } : {}),
    ...(homeOfAll ? { homeOfAll } : {}),
    ...(courseLink ? { link: courseLink } : {}),
    ...(grader ? { grader } : {}),
  };
}

/** The base path stands in the address or in the values. */
function baseOf(address: string, values: JsonObject): string {
  const url = new URL(address);
  const base = valueAt(values, ["hub", "baseUrl"]);
  if (url.pathname === "/" && typeof base === "string") url.pathname = base;
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}

/** Code of the fleet's own comes after the values and may choose anything. */
function isSetByCode(values: JsonObject, trait: string): boolean {
  return JSON.stringify(valueAt(values, ["hub", "extraConfig"]) ?? {}).includes(trait);
}

function spawnerOf(values: JsonObject): Pick<JourneyPlan, "spawner"> {
  if (isSetByCode(values, "spawner_class")) return {};
  const named = valueAt(values, ["hub", "config", "JupyterHub", "spawner_class"]) ?? "kubespawner.KubeSpawner";
  const last = typeof named === "string" ? named.split(/[.:]/).at(-1) : undefined;
  return last?.endsWith("Spawner") ? { spawner: last } : {};
}

/** @returns what every user gets; undefined where a part of it is each user's own, or it is not known */
function sameHome(values: JsonObject): JourneyPlan["homeOfAll"] {
  const text = (...path: string[]) => valueAt(values, ["singleuser", "storage", ...path]) ?? "";
  const [claim, folder] =
    text("type") === "static"
      ? [text("static", "pvcName"), text("static", "subPath")]
      : [text("dynamic", "pvcNameTemplate"), text("dynamic", "subPath")];
  if (typeof claim !== "string" || typeof folder !== "string" || claim === "") return undefined;
  // A journey is played on the server without a name.
  const [volume, path] = [claim, folder].map((each) => each.replace(/\{(?:\w+_)?servername\}/g, ""));
  if (volume === undefined || path === undefined || /[{}]/.test(volume + path) || isOpaque(claim) || isOpaque(folder))
    return undefined;
  return { volume: `claim ${volume}`, folder: path.replace(/^\/+|\/+$/g, "") };
}

/** The default profile may bring an image of its own. */
function imageOf(release: ReleaseView): ImagePin | undefined {
  return imageOfProfile(release, profilesOf(release)[0]);
}

/** The one that students get without choosing comes first. */
function profilesOf({ effective: values }: ReleaseView): JsonObject[] {
  const profiles = valueAt(values, ["singleuser", "profileList"]);
  const list = Array.isArray(profiles) ? profiles.filter(isJsonObject) : [];
  const chosen = list.find((profile) => profile.default === true) ?? list[0];
  return chosen ? [chosen, ...list.filter((profile) => profile !== chosen)] : [];
}

/** Each of them is a server more to start; with more than these, a journey would take longer than anybody waits. */
const PROFILES_LIMIT = 8;

function otherProfiles(release: ReleaseView): JourneyProfile[] {
  const [, ...others] = profilesOf(release);
  return others.slice(0, PROFILES_LIMIT).flatMap((profile) => {
    const { display_name: name, slug } = profile;
    if (typeof name !== "string" || isOpaque(name)) return [];
    const image = imageOfProfile(release, profile);
    return [{ name, slug: typeof slug === "string" ? slug : slugOf(name), ...(image ? { image } : {}) }];
  });
}

/** As KubeSpawner makes one of a name. @see python-slugify */
function slugOf(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain
    .replace(/(?<=\d),(?=\d)/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function imageOfProfile({ config }: ReleaseView, profile: JsonObject | undefined): ImagePin | undefined {
  const own = profile && valueAt(profile, ["kubespawner_override", "image"]);
  const [, name, tag, digest] =
    /^(.+?)(?::([^:/@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(typeof own === "string" ? own : "") ?? [];
  if (name === undefined) return config.pins.image;
  return { name, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** Those whose login page is the hub's own. */
const FORMS = new Set([
  "DummyAuthenticator",
  "FirstUseAuthenticator",
  "LDAPAuthenticator",
  "NativeAuthenticator",
  "PAMAuthenticator",
  "SharedPasswordAuthenticator",
]);

/** Where each provider's login is, unless the values say otherwise. */
const HOSTS: Record<string, string> = {
  AzureAdOAuthenticator: "login.microsoftonline.com",
  BitbucketOAuthenticator: "bitbucket.org",
  CILogonOAuthenticator: "cilogon.org",
  GitHubOAuthenticator: "github.com",
  GitLabOAuthenticator: "gitlab.com",
  GlobusOAuthenticator: "auth.globus.org",
  GoogleOAuthenticator: "accounts.google.com",
  OkpyOAuthenticator: "okpy.org",
};

/** Settings that name the provider, the strongest first. */
const ADDRESSES = ["authorize_url", "github_url", "gitlab_url", "canvas_url", "cilogon_host", "auth0_domain"];

/** @returns undefined where nobody here knows how such an authenticator lets people in */
function doorOf(values: JsonObject, className: string, publicUrl: string): Door | undefined {
  if (FORMS.has(className)) return { kind: "form" };
  if (className.startsWith("LTI")) return { kind: "elsewhere", says: "students come through the learning management system" };
  if (!className.endsWith("OAuthenticator")) return undefined;
  const text = (trait: string) => {
    const value = authenticatorTrait(values, className, trait)?.value;
    return typeof value === "string" && !isOpaque(value) ? value : undefined;
  };
  const address = ADDRESSES.map(text).find((each) => each !== undefined);
  const host = address === undefined ? HOSTS[className] : (URL.parse(address)?.host ?? address);
  const callback = text("oauth_callback_url");
  const clientId = text("client_id");
  return {
    kind: "provider",
    ...(host === undefined ? {} : { host }),
    callbacks: callback === undefined ? ownCallbacks(publicUrl) : [callback],
    ...(clientId === undefined ? {} : { clientId }),
  };
}

/** A hub that is told none makes it up by what the proxy before it says of the scheme. */
function ownCallbacks(publicUrl: string): string[] {
  const callback = new URL("hub/oauth_callback", publicUrl).href;
  return [callback, callback.replace(/^https:/, "http:")];
}
