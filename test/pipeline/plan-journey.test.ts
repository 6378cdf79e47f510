import { expect, test } from "vitest";
import { planJourney } from "../../app/pipeline/plan-journey.ts";
import type { Example } from "../../app/validate/rule.ts";
import { exampleChart, loadExample } from "../validate/example-fleet.ts";

const PROD = "https://data8.courses.example";
const DIGEST = `sha256:${"a".repeat(64)}`;

async function planOf(example: Example, environment = "prod") {
  const { fleet, placeOfValue } = await loadExample(example);
  return fleet && planJourney(fleet, placeOfValue, { hub: "data8", environment });
}

const hubYaml = (more: string) => ({
  files: {
    "hubs/data8/hub.yaml": `title: Data 8
owners: [ada]
environments: { staging: { url: "https://data8-staging.courses.example" }, prod: { url: "${PROD}" } }
${more}`,
  },
});

test("a fleet that says nothing of a journey gets the hub, a server and its image judged", async () => {
  expect(await planOf({})).toEqual({
    release: "data8-prod",
    user: "campanile-probe",
    publicUrl: `${PROD}/`,
    profiles: [],
    imports: [],
    spawner: "KubeSpawner",
    image: { name: "registry.example/user", tag: "1", digest: DIGEST },
  });
});

test("with the chart at hand, what the files leave to it is expected too", async () => {
  const { fleet, placeOfValue } = await loadExample({});
  const charts = new Map([[DIGEST, await exampleChart("4.4.0")]]);
  expect(fleet && planJourney(fleet, placeOfValue, { hub: "data8", environment: "prod" }, charts)).toMatchObject({
    jupyterhubVersion: "5.5.0",
    authenticator: "DummyAuthenticator",
    door: { kind: "form" },
  });
});

test("what hub.yaml says of it is played", async () => {
  const link = `${PROD}/hub/user-redirect/git-pull?repo=https://github.com/data-8/materials&urlpath=lab/tree/materials/a.ipynb`;
  const plan = await planOf(hubYaml(`journey: { imports: [numpy], link: "${link}", user: a-probe }\n`));
  expect(plan).toMatchObject({
    user: "a-probe",
    imports: ["numpy"],
    link: { repository: "https://github.com/data-8/materials" },
  });
});

test("a second user of the values' is the classmate who must see nothing", async () => {
  const scopes = (user: string, ...names: string[]) => JSON.stringify(names.map((name) => `${name}!user=${user}`));
  const roles = `      campanile: { scopes: ${scopes("campanile-probe", "servers", "access:servers")}, services: [campanile], users: [campanile-probe] }
      other: { scopes: ${scopes("ada", "servers", "access:servers")}, services: [campanile], users: [ada] }`;
  expect(await planOf({ common: `jupyterhub:\n  hub:\n    loadRoles:\n${roles}` })).toMatchObject({ classmate: "ada" });
});

test.each([
  ["static: { pvcName: homes, subPath: /all/ }, type: static", { volume: "claim homes", folder: "all" }],
  ["static: { pvcName: homes, subPath: 'home/{username}' }, type: static", undefined],
  ["dynamic: { pvcNameTemplate: 'claim{servername}' }", { volume: "claim claim", folder: "" }],
  ["dynamic: { pvcNameTemplate: 'claim-{userid}' }", undefined],
  ["type: none", undefined],
])("a home that the values give every user is known: %s", async (storage, expected) => {
  const plan = await planOf({ common: `jupyterhub: { singleuser: { storage: { ${storage} } } }` });
  expect(plan?.homeOfAll).toEqual(expected);
});

test("every profile but the one that students get without choosing is tried, under KubeSpawner's name for it", async () => {
  const common = `jupyterhub:
  singleuser:
    profileList:
      - display_name: "Données: 1,000 rows & R"
        kubespawner_override: { image: "registry.example/r:2" }
      - { display_name: Standard, default: true }
      - { display_name: More memory, slug: big, kubespawner_override: { mem_limit: 8G } }
`;
  const pinned = { name: "registry.example/user", tag: "1", digest: DIGEST };
  expect(await planOf({ common })).toMatchObject({
    image: pinned,
    profiles: [
      { name: "Données: 1,000 rows & R", slug: "donnees-1000-rows-r", image: { name: "registry.example/r", tag: "2" } },
      { name: "More memory", slug: "big", image: pinned },
    ],
  });
});

test("a hub below a path is reached there", async () => {
  expect(await planOf({ common: "jupyterhub: { hub: { baseUrl: /jupyter } }" })).toMatchObject({ publicUrl: `${PROD}/jupyter/` });
});

const login = (config: string) => `jupyterhub: { hub: { config: ${config} } }`;

test.each([
  ["a form of the hub's own", "{ JupyterHub: { authenticator_class: dummy } }", "DummyAuthenticator", { kind: "form" }],
  [
    "Google, by the callback of the values",
    '{ JupyterHub: { authenticator_class: google }, GoogleOAuthenticator: { oauth_callback_url: "https://x.example/hub/oauth_callback", client_id: "1" } }',
    "GoogleOAuthenticator",
    { kind: "provider", host: "accounts.google.com", callbacks: ["https://x.example/hub/oauth_callback"], clientId: "1" },
  ],
  [
    "GitHub, by the callback that the hub makes up",
    "{ JupyterHub: { authenticator_class: oauthenticator.GitHubOAuthenticator } }",
    "GitHubOAuthenticator",
    {
      kind: "provider",
      host: "github.com",
      callbacks: [`${PROD}/hub/oauth_callback`, `${PROD.replace("https", "http")}/hub/oauth_callback`],
    },
  ],
  [
    "Canvas of an institution",
    '{ JupyterHub: { authenticator_class: canvas }, CanvasOAuthenticator: { canvas_url: "https://bcourses.example.edu" } }',
    "CanvasOAuthenticator",
    { kind: "provider", host: "bcourses.example.edu" },
  ],
  [
    "a provider by its address",
    '{ JupyterHub: { authenticator_class: generic-oauth }, GenericOAuthenticator: { authorize_url: "https://sso.example.edu/authorize" } }',
    "GenericOAuthenticator",
    { kind: "provider", host: "sso.example.edu" },
  ],
  ["a learning management system", "{ JupyterHub: { authenticator_class: lti13 } }", "LTI13Authenticator", { kind: "elsewhere" }],
])("people log in by %s", async (_title, config, authenticator, door) => {
  expect(await planOf({ common: login(config) })).toMatchObject({ authenticator, door });
});

test("code that comes after the values may choose another way in, so none is expected", async () => {
  const extraConfig = "{ x: 'c.JupyterHub.authenticator_class = MyAuthenticator' }";
  const plan = await planOf({
    common: `jupyterhub: { hub: { extraConfig: ${extraConfig}, config: { JupyterHub: { authenticator_class: dummy } } } }`,
  });
  expect(plan).not.toHaveProperty("authenticator");
  expect(plan).not.toHaveProperty("door");
});

test("the image of the default profile is what a server runs", async () => {
  const profiles = `[{ display_name: A }, { display_name: B, default: true, kubespawner_override: { image: "registry.example/b:2@${DIGEST}" } }]`;
  const plan = await planOf({ common: `jupyterhub: { singleuser: { profileList: ${profiles} } }` });
  expect(plan).toMatchObject({ image: { name: "registry.example/b", tag: "2", digest: DIGEST } });
});
