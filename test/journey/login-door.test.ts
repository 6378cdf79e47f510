import { expect, test } from "vitest";
import { judgeDoor, loginButton } from "../../app/journey/login-door.ts";

const CALLBACK = "https://data8.example/hub/oauth_callback";
type OpenDoor = Parameters<typeof judgeDoor>[0];

const GOOGLE: OpenDoor = { kind: "provider", host: "accounts.google.com", callbacks: [CALLBACK] };

const UNNAMED: OpenDoor = { kind: "provider", callbacks: [CALLBACK] };
const OWN: OpenDoor = { kind: "form" };

const outward = (host: string, query: Record<string, string>) => ({
  kind: "outward" as const,
  url: new URL(`https://${host}/o/oauth2/v2/auth?${new URLSearchParams(query)}`),
});
const page = (html: string) => ({ kind: "page" as const, path: "/hub/login", html });
const FORM = '<form action="/hub/login" method="post"><input id="username_input" type="text" name="username"/></form>';

test.each([
  ["the hub's own form", OWN, page(FORM), "right"],
  ["the provider's door", GOOGLE, outward("accounts.google.com", { client_id: "1", redirect_uri: CALLBACK }), "right"],
  [
    "any provider, where the values do not say which",
    UNNAMED,
    outward("canvas.example.edu", { client_id: "1", redirect_uri: CALLBACK }),
    "right",
  ],
  ["a page with a button where a form should be", OWN, page('<a href="/hub/oauth_login">Log in</a>'), "login-elsewhere"],
  ["a provider where a form should be", OWN, outward("github.com", {}), "login-elsewhere"],
  ["a form where a provider should be", GOOGLE, page(FORM), "login-elsewhere"],
  ["another provider", GOOGLE, outward("github.com", { client_id: "1", redirect_uri: CALLBACK }), "login-elsewhere"],
  ["a client that is not set", GOOGLE, outward("accounts.google.com", { client_id: "", redirect_uri: CALLBACK }), "login-client"],
  [
    "another client",
    { ...GOOGLE, clientId: "2" },
    outward("accounts.google.com", { client_id: "1", redirect_uri: CALLBACK }),
    "login-client",
  ],
  [
    "the way back to another hub",
    GOOGLE,
    outward("accounts.google.com", { client_id: "1", redirect_uri: "https://data8-staging.example/hub/oauth_callback" }),
    "login-callback",
  ],
])("%s", (_title, door: OpenDoor, arrival, expected) => {
  const verdict = judgeDoor(door, arrival);
  expect(verdict.kind === "wrong" ? verdict.code : verdict.kind).toBe(expected);
});

test("the button of a login page leads on", () => {
  expect(loginButton("<a class='btn' href='/hub/oauth_login?next=%2Fhub%2F&amp;x=1'>Sign in with CalNet</a>")).toBe(
    "/hub/oauth_login?next=%2Fhub%2F&x=1",
  );
  expect(loginButton(FORM)).toBeUndefined();
});
