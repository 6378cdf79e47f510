import fc from "fast-check";
import { expect, test } from "vitest";
import { type LiveRelease, planDeploy } from "../../app/plan/plan-deploy.ts";
import { releasesOf } from "../../app/plan/releases-of.ts";
import { makeFleet } from "./make-fleet.ts";

const HELM = "4.2.4";
const fleet = makeFleet();
const asked = new Map(releasesOf(fleet, HELM).map((release) => [release.id, release.bundleDigest]));
const explanation = { code: "image-pull", what: "It failed.", why: "It was so.", fix: "Mend it." };

type Seen =
  | "as asked"
  | "as asked, unproved"
  | "as asked, for the moment"
  | "older"
  | "absent"
  | "quarantined"
  | "unhealthy as asked";

const LIVE: Record<Seen, (id: string) => LiveRelease | undefined> = {
  "as asked": (id) => ({
    bundleDigest: asked.get(id),
    sha: "a".repeat(40),
    isByHand: false,
    isMoving: false,
    quarantined: undefined,
    isProved: true,
  }),
  "as asked, unproved": (id) => ({
    bundleDigest: asked.get(id),
    sha: "a".repeat(40),
    isByHand: false,
    isMoving: false,
    quarantined: undefined,
    isProved: false,
  }),
  "as asked, for the moment": (id) => ({
    bundleDigest: asked.get(id),
    sha: "a".repeat(40),
    isByHand: false,
    isMoving: true,
    quarantined: undefined,
    isProved: true,
  }),
  older: () => ({
    bundleDigest: "0".repeat(40),
    sha: "0".repeat(40),
    isByHand: false,
    isMoving: false,
    quarantined: undefined,
    isProved: true,
  }),
  absent: () => undefined,
  quarantined: () => ({
    bundleDigest: "0".repeat(40),
    sha: "0".repeat(40),
    isByHand: false,
    isMoving: false,
    quarantined: explanation,
    isProved: true,
  }),
  // Helm deployed the bundle, but its pods never came up.
  "unhealthy as asked": (id) => ({
    bundleDigest: asked.get(id),
    sha: "a".repeat(40),
    isByHand: false,
    isMoving: false,
    quarantined: explanation,
    isProved: true,
  }),
};

/** What would move, by hub, when these releases are so and all others run what git asks for. */
function moves(seen: Record<string, Seen>, ofFleet = fleet): Record<string, string[]> {
  const live = new Map<string, LiveRelease>();
  for (const id of asked.keys()) {
    const state = LIVE[seen[id] ?? "as asked"](id);
    if (state) live.set(id, state);
  }
  return Object.fromEntries(
    planDeploy(ofFleet, HELM, live).map(({ hub, targets }) => [hub, targets.map(({ release }) => release.id)]),
  );
}

test("nothing moves when everything runs what git asks for", () => {
  expect(moves({})).toEqual({});
});

test("only what runs something else moves", () => {
  expect(moves({ "data8-prod": "older" })).toEqual({ data8: ["data8-prod"] });
});

test("what an earlier rollout is just moving is moved again, because nobody knows what it will leave behind", () => {
  expect(moves({ "data8-staging": "as asked, for the moment" })).toEqual({ data8: ["data8-staging"] });
});

test("a fresh cluster gets every release, each hub in promotion order", () => {
  expect(moves(Object.fromEntries([...asked.keys()].map((id) => [id, "absent"])))).toEqual({
    data100: ["data100-staging", "data100-prod"],
    data8: ["data8-staging", "data8-prod"],
    prob140: ["prob140-staging", "prob140-prod"],
  });
});

test("an environment that is not whole counts as one that runs something else", () => {
  const live = new Map([
    [
      "data8-staging",
      { bundleDigest: undefined, sha: undefined, isByHand: false, isMoving: false, quarantined: undefined, isProved: true },
    ],
  ]);
  expect(
    planDeploy(makeFleet({ hubs: fleet.hubs.filter(({ name }) => name === "data8") }), HELM, live).map(
      ({ targets }) => targets.length,
    ),
  ).toEqual([2]);
});

test("a bundle that failed is told at each deploy until another one is asked for", () => {
  expect(moves({ "data8-staging": "quarantined" })).toEqual({ data8: ["data8-staging"] });
  expect(moves({ "data8-staging": "unhealthy as asked", "data8-prod": "quarantined" })).toEqual({
    data8: ["data8-staging", "data8-prod"],
  });
});

test("a bundle that failed keeps the environments after it from overtaking", () => {
  expect(moves({ "data8-staging": "quarantined", "data8-prod": "older" })).toEqual({ data8: ["data8-staging", "data8-prod"] });
  expect(moves({ "data8-staging": "unhealthy as asked", "data8-prod": "older" })).toEqual({
    data8: ["data8-staging", "data8-prod"],
  });
});

test("an environment on which no journey has worked is judged again before a later one follows, and only then", () => {
  expect(moves({ "data8-staging": "as asked, unproved", "data8-prod": "older" })).toEqual({
    data8: ["data8-staging", "data8-prod"],
  });
  expect(moves({ "data8-staging": "as asked, unproved" })).toEqual({});
  expect(moves({ "data8-prod": "as asked, unproved", "data8-staging": "older" })).toEqual({ data8: ["data8-staging"] });
  // Another hub's move is none of its business.
  expect(moves({ "data8-staging": "as asked, unproved", "prob140-prod": "older" })).toEqual({ prob140: ["prob140-prod"] });
});

test("one hub's failure leaves the others alone", () => {
  expect(moves({ "data8-staging": "quarantined", "prob140-prod": "older" })).toEqual({
    data8: ["data8-staging"],
    prob140: ["prob140-prod"],
  });
});

test("each target knows how its environment is promoted", () => {
  const promoted = makeFleet({
    environments: [
      { name: "staging", promotion: { kind: "auto" } },
      { name: "prod", promotion: { kind: "after-soak", soakSeconds: 7200 } },
    ],
  });
  const [plan] = planDeploy(promoted, HELM, new Map());
  expect(plan?.targets.map(({ environment }) => environment.promotion)).toEqual([
    { kind: "auto" },
    { kind: "after-soak", soakSeconds: 7200 },
  ]);
});

test("whatever is live: nothing that runs as asked moves, and no order is ever broken", () => {
  const states = fc.constantFrom<Seen>("as asked", "older", "absent", "quarantined", "unhealthy as asked");
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...asked.keys()), states), (seen) => {
      for (const targets of Object.values(moves(seen))) {
        expect(targets).toEqual([...asked.keys()].filter((id) => targets.includes(id)));
        expect(targets.filter((id) => (seen[id] ?? "as asked") === "as asked")).toEqual([]);
        expect(targets).not.toEqual([]);
      }
    }),
  );
});
