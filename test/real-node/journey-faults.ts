import type { JsonObject } from "../../app/domain/json.ts";
import type { Fault, StepName } from "../../app/journey/journey.ts";
import { type HubUnderTest, type JourneyHub, linkTo } from "./journey-hub.ts";

/** One thing that is wrong with a hub, and what a journey has to say of it. */
export interface JourneyFault {
  title: string;
  under(hub: Pick<JourneyHub, "git">): HubUnderTest;
  /** Which step meets it. */
  step: StepName;
  kind: "broken" | "could-not-tell";
  fault?: Fault;
  /** The hub stumbles now and then over a server that dies while it starts, before Kubernetes has given the pod up. */
  code: string | readonly string[];
  /** What its sentences name. */
  words: RegExp;
}

const ABSENT = { tag: "2026.12.1", digest: `sha256:${"ab".repeat(32)}` };

export const JOURNEY_FAULTS: readonly JourneyFault[] = [
  {
    title: "an image that lacks a package is told by the package and the image's digest",
    under: () => ({ image: "2026.11.3-broken" }),
    step: "kernel",
    kind: "broken",
    fault: "image",
    code: "import-fails",
    words: /import datascience.* fails in user-data8@sha256:/,
  },
  {
    title: "a link whose branch does not exist is the content's fault",
    under: ({ git }) => ({ journey: { link: linkTo(git, "maim") } }),
    step: "content",
    kind: "broken",
    fault: "content",
    code: "no-branch",
    words: /branch maim.*Did you mean main/,
  },
  {
    title: "a kernel that dies of its imports is told with the limit",
    under: () => ({ values: { singleuser: { memory: { guarantee: "100M", limit: "200M" } } } }),
    step: "kernel",
    kind: "broken",
    fault: "hub",
    code: "out-of-memory",
    words: /200 MiB/,
  },
  {
    title: "an image that does not exist is told by the pod's events, long before the hub gives up",
    under: () => ({ image: ABSENT }),
    step: "server",
    kind: "broken",
    fault: "image",
    code: "image-pull",
    words: new RegExp(ABSENT.digest),
  },
  {
    title: "a home in which nobody may write is the storage's fault",
    under: () => ({ values: { hub: { extraConfig: { storage: READ_ONLY_HOMES } } } }),
    step: "server",
    kind: "broken",
    fault: "storage",
    code: ["crash-loop", "server-not-up"],
    words: /Read-only file system.*\/home\/jovyan/,
  },
  {
    title: "a home that everybody is given is the storage's fault",
    under: () => ({ values: { singleuser: { storage: { dynamic: { pvcNameTemplate: "claim-of-all" } } } } }),
    step: "restart",
    kind: "broken",
    fault: "storage",
    code: "home-shared",
    words: /claim-of-all, which the values give every user/,
  },
  {
    title: "a home that code of the fleet's own gives everybody is found by who finds another's file in it",
    under: () => ({ values: { hub: { extraConfig: { homes: 'c.KubeSpawner.pvc_name_template = "the-only-one"' } } } }),
    step: "classmate",
    kind: "broken",
    fault: "storage",
    code: "home-shared",
    words: /claim the-only-one, and a server of another user has the same/,
  },
  {
    title: "a server that takes longer than the hub waits is told with how long that was",
    under: () => ({ values: { hub: { extraConfig: { slow: SLOW_SERVERS } } } }),
    step: "server",
    kind: "could-not-tell",
    code: "too-slow",
    words: /gave up on the server of campanile-probe after (?:1\d|2\d) s/,
  },
  {
    title: "a grader that gives points for nothing is told",
    under: () => ({
      journey: { grader: { autograder: "probe/autograder", blank: "probe/solution.ipynb", solution: "probe/solution.ipynb" } },
    }),
    step: "grader",
    kind: "broken",
    fault: "grader",
    code: "other-grade",
    words: /gets 2 of 2, and 0 of 2/,
  },
  {
    title: "a server that no node has room for says nothing of the release",
    under: () => ({ values: { singleuser: { memory: { guarantee: "100G", limit: "100G" } } } }),
    step: "server",
    kind: "could-not-tell",
    code: "no-capacity",
    words: /Insufficient memory/,
  },
  {
    title: "a hub that sends people back to another hub is broken",
    under: () => ({
      values: google("http://data8-staging.courses.example", {
        mistake: 'c.GoogleOAuthenticator.oauth_callback_url = "https://data8.courses.example/hub/oauth_callback"',
      }),
    }),
    step: "login",
    kind: "broken",
    fault: "hub",
    code: "login-callback",
    words: /https:\/\/data8\.courses\.example\//,
  },
  {
    title: "a probe that is not declared is no fault of the release",
    under: () => ({
      values: { hub: { loadRoles: { campanile: { scopes: ["read:hub"] }, "campanile-classmate": { scopes: ["read:hub"] } } } },
    }),
    step: "server",
    kind: "could-not-tell",
    code: "probe-missing",
    words: /may do less/,
  },
];

/** As a file share does that is exported so. */
const READ_ONLY_HOMES = `for mount in c.KubeSpawner.volume_mounts:
    mount["readOnly"] = True
`;

/** A pod that has something to wait for first; the hub gives up long before. */
const SLOW_SERVERS = `c.KubeSpawner.start_timeout = 20
c.KubeSpawner.init_containers = [{"name": "wait", "image": c.KubeSpawner.image, "command": ["sleep", "120"]}]
`;

export function profiles(image: string): JsonObject {
  return {
    singleuser: {
      profileList: [
        { display_name: "Next term", kubespawner_override: { image } },
        { display_name: "Standard", default: true },
        { display_name: "More memory", slug: "big", kubespawner_override: { mem_limit: "2G" } },
      ],
    },
  };
}

export function google(address: string, extraConfig: Record<string, string> = {}): JsonObject {
  const trait = {
    client_id: "1234.apps.example",
    client_secret: "none-of-google",
    oauth_callback_url: `${address}/hub/oauth_callback`,
  };
  const config = { JupyterHub: { authenticator_class: "google" }, GoogleOAuthenticator: { ...trait, allow_all: true } };
  return { hub: { config, extraConfig } };
}
