import { expect, test } from "vitest";
import type { MountSight } from "../../app/journey/ports.ts";
import { findMount, type HomeFacts, type HomeOwner, nameHome, whoseHome } from "../../app/journey/whose-home.ts";

const at = (volume: string, folder = "", mountPath = "/home/jovyan"): MountSight => ({ mountPath, volume, folder });

test.each<[string, HomeOwner, MountSight, Partial<HomeFacts>?]>([
  ["a claim with the probe's name", "own", at("claim claim-campanile-probe")],
  ["a folder with the probe's name", "own", at("claim homes", "campanile-probe")],
  ["a folder as older hubs escape the name", "own", at("claim homes", "_term/campanile-2dprobe")],
  ["a name that is only safe with its hash", "own", at("claim homes", "a-b---90827a2e"), { user: "a--b" }],
  ["a hash of somebody else", "not-seen", at("claim homes", "a-b---00000000"), { user: "a--b" }],
  ["a folder by a number, which only the hub knows", "not-seen", at("claim homes", "42")],
  ["one folder for all, by the values", "same-for-all", at("claim homes", "all"), { sameForAll: at("claim homes", "all") }],
  [
    "one claim for all that happens to be named so",
    "same-for-all",
    at("claim campanile-probe"),
    { sameForAll: at("claim campanile-probe") },
  ],
  [
    "what code of the fleet's own makes of the values",
    "own",
    at("claim homes", "all/campanile-probe"),
    { sameForAll: at("claim homes", "all") },
  ],
  ["a home that another user's server has too", "others-too", at("claim claim-campanile-probe"), { sharers: 1 }],
])("%s: %s", (_what, owner, home, more = {}) => {
  expect(whoseHome({ home, user: "campanile-probe", sharers: 0, sameForAll: undefined, ...more })).toBe(owner);
});

test("a file lies in the innermost mount above it, and a name that only begins alike is no mount of it", () => {
  const mounts = [
    at("claim a", "", "/"),
    at("claim b", "", "/home"),
    at("claim c", "", "/home/jo"),
    at("claim d", "", "/home/jovyan/shared"),
  ];
  expect(findMount(mounts, "/home/jovyan/campanile-journey/kept.txt")?.volume).toBe("claim b");
  expect(findMount(mounts, "/home/jovyan/shared/kept.txt")?.volume).toBe("claim d");
  expect(findMount(mounts, "/tmp/kept.txt")?.volume).toBe("claim a");
  expect(findMount(mounts.slice(1), "/tmp/kept.txt")).toBeUndefined();
});

test("a home is named by its claim, and by its folder where it has one", () => {
  expect([nameHome(at("claim a")), nameHome(at("claim homes", "ada"))]).toEqual(["claim a", "claim homes, folder ada"]);
});
