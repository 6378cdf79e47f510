/** How somebody gets in, as the values say it. */
export type Door =
  /** The hub's own page asks for a name. */
  | { kind: "form" }
  | {
      kind: "provider";
      /** Host of the identity provider; absent where the values do not say it. */
      host?: string;
      /** The addresses to which the provider may send people back: the configured one, else those that the hub makes up. */
      callbacks: string[];
      /** Absent where it is secret. */
      clientId?: string;
    }
  /** Students come another way, such as through the learning management system. */
  | { kind: "elsewhere"; says: string };

/** Where an anonymous click ended. */
export type Arrival = { kind: "page"; path: string; html: string } | { kind: "outward"; url: URL };

export type DoorVerdict =
  | { kind: "right"; says: string }
  | { kind: "wrong"; code: "login-elsewhere" | "login-callback" | "login-client"; found: string; expected: string };

/** Whether a click led to the login that is configured. Of an address of a provider, only host, client and callback are looked at. */
export function judgeDoor(door: Exclude<Door, { kind: "elsewhere" }>, arrival: Arrival): DoorVerdict {
  if (door.kind === "form") {
    if (arrival.kind === "page" && hasForm(arrival.html)) return { kind: "right", says: "the hub asks for a name" };
    return wrong("login-elsewhere", describe(arrival), "the hub's own login page");
  }
  if (arrival.kind === "page")
    return wrong("login-elsewhere", describe(arrival), `the login page of ${door.host ?? "a provider"}`);
  const { url } = arrival;
  if (door.host !== undefined && url.host !== door.host) return wrong("login-elsewhere", url.host, door.host);
  const client = url.searchParams.get("client_id");
  if (!client) return wrong("login-client", "no client_id", "the client_id of the hub");
  if (door.clientId !== undefined && client !== door.clientId)
    return wrong("login-client", "another client_id", "the client_id of the values");
  const callback = url.searchParams.get("redirect_uri") ?? "no redirect_uri";
  if (!door.callbacks.includes(callback)) return wrong("login-callback", callback, door.callbacks.join(" or "));
  return { kind: "right", says: `${url.host} asks, and sends people back to ${callback}` };
}

function wrong(
  code: Extract<DoorVerdict, { kind: "wrong" }>["code"],
  found: string,
  expected: string,
): Extract<DoorVerdict, { kind: "wrong" }> {
  return { kind: "wrong", code, found, expected };
}

/** A page with a button has no field for a name. */
function hasForm(html: string): boolean {
  return /<input[^>]+name=["']?username\b/i.test(html);
}

function describe(arrival: Arrival): string {
  return arrival.kind === "page" ? `the page ${arrival.path}` : arrival.url.host;
}

/** The button of a login page that leads to a provider. */
export function loginButton(html: string): string | undefined {
  const [, href] = /href=["']([^"']*\boauth_login\b[^"']*)["']/i.exec(html) ?? [];
  return href?.replaceAll("&amp;", "&");
}
