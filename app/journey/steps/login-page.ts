import { type Arrival, judgeDoor, loginButton } from "../login-door.ts";
import { Met } from "../sight.ts";
import type { Traveller } from "../traveller.ts";

const HOP_LIMIT = 10;

/** An anonymous click on the course's link ends where its users log in; nobody asks the identity provider anything. */
export async function loginPage(traveller: Traveller): Promise<string> {
  const { door, link } = traveller.plan;
  if (!door || door.kind === "elsewhere") throw new Error("asked to judge a login that is not known");
  traveller.doing = "click the course's link";
  let arrival = await click(traveller, link?.path ?? "hub/user-redirect/tree");
  const button = door.kind === "provider" && arrival.kind === "page" ? loginButton(arrival.html) : undefined;
  if (button !== undefined) arrival = await click(traveller, pathBelow(traveller, button) ?? button);
  const verdict = judgeDoor(door, arrival);
  if (verdict.kind === "wrong") throw new Met({ kind: "login", verdict });
  return verdict.says;
}

async function click(traveller: Traveller, start: string): Promise<Arrival> {
  let path = start;
  for (let hops = 0; hops < HOP_LIMIT; hops++) {
    const { status, location, text } = await traveller.ask({ method: "GET", path, as: "nobody" });
    if (location === undefined) {
      if (status === 200) return { kind: "page", path: `/${path.split("?")[0]}`, html: text };
      throw new Met({ kind: "status", doing: traveller.doing, status, text: status >= 500 ? text : "" });
    }
    const next = pathBelow(traveller, location);
    if (next === undefined) return { kind: "outward", url: new URL(location, traveller.plan.publicUrl) };
    path = next;
  }
  throw new Met({
    kind: "status",
    doing: traveller.doing,
    status: 310,
    text: `it sends people from page to page, last to /${path}`,
  });
}

/** @returns undefined when it leads away from the hub */
function pathBelow({ plan }: Traveller, location: string): string | undefined {
  const base = new URL(plan.publicUrl);
  const url = new URL(location, base);
  if (url.host !== base.host || !url.pathname.startsWith(base.pathname)) return undefined;
  return `${url.pathname.slice(base.pathname.length)}${url.search}`;
}
