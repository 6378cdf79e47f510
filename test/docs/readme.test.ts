import { expect, test } from "vitest";
import { APP_EVENTS, APP_PERMISSIONS } from "../../app/local/world/start-institution.ts";
import { markdownFiles } from "./markdown-files.ts";

test("README.md asks for the permissions and events that the local world's App has, and no others", async () => {
  const page = (await markdownFiles()).get("README.md") ?? "";
  const granted = [...page.matchAll(/^\| `(\w+)` +\| (read|write) +\|/gm)].map(([, name = "", access]) => [name, access]);
  expect(Object.fromEntries(granted)).toEqual(APP_PERMISSIONS);
  const [sentence = ""] = /^It subscribes to the events .+$/m.exec(page) ?? [];
  expect([...sentence.matchAll(/`(\w+)`/g)].map(([, event]) => event)).toEqual(APP_EVENTS);
});
