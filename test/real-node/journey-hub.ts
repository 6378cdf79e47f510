import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { stringify } from "yaml";
import type { JsonObject } from "../../app/domain/json.ts";
import { mergeValues } from "../../app/domain/merge-values.ts";
import { createControlClient } from "../../app/local/github/control-client.ts";
import { forwardToNode } from "../../app/local/node/forward.ts";
import { NODE_ADDRESS } from "../../app/local/node/node-network.ts";
import { COURSE_FILES, COURSE_REPOSITORY } from "../../app/local/seed/course-materials.ts";
import { packChart } from "../../app/local/seed/pack-chart.ts";
import type { WorldDescription } from "../../app/local/world/start-world.ts";
import { classmateScopes } from "../../app/validate/probe-roles.ts";
import { campanileCommand } from "../cli/run-campanile.ts";
import { imageDigest } from "./image-digest.ts";

const STAND_IN = path.resolve(import.meta.dirname, "../fixtures/charts/jupyterhub");
const IMAGE = "registry.campanile.example/user-data8";
const CHARTS = "https://charts.campanile.example/";
const PUBLIC_URL = "http://data8-staging.courses.example";
const PROBE = "campanile-probe";
const CLASSMATE = "campanile-classmate";

/** What a test says of the hub beside what all of them have. */
export interface HubUnderTest {
  /** A tag of the user image, or a pin of its own. */
  image?: string | { tag: string; digest: string };
  values?: JsonObject;
  journey?: JsonObject;
  /** Whether Helm waits for the hub; not where it never comes up. */
  isWaitedFor?: boolean;
}

/** `campanile verify` as a process of its own: to wait for, or to end. */
export type Verification = ReturnType<typeof startVerify>;

/** A fleet with one hub, as somebody has it cloned, and the hub that runs from it. */
export interface JourneyHub {
  core: CoreV1Api;
  namespace: string;
  /** The address of git as links name it. */
  git: string;
  /** Writes the fleet's files anew and brings the hub to what they say. @returns the digest that is pinned */
  deploy(hub: HubUnderTest): Promise<string>;
  /** Of a user image in the world's registry, by its tag. */
  digestOf(tag: string): Promise<string>;
  /** `campanile verify`, as a person types it. */
  verify(...args: readonly string[]): Verification;
  stop(): Promise<void>;
}

/**
 * Who opens it gets the course's notebook from a repository that the hub's servers can reach.
 * @param chartFolder of another chart than the stand-in
 */
export async function openJourneyHub(world: WorldDescription, chartFolder = STAND_IN): Promise<JourneyHub> {
  const dir = await mkdtemp(path.join(tmpdir(), "campanile-journey-"));
  const namespace = "data8-staging";
  const config = new KubeConfig();
  config.loadFromFile(world.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const git = await createCourse(world);
  const chart = await packChart(chartFolder);
  const charts = path.join(dir, "charts");
  await mkdir(charts);
  await writeFile(path.join(charts, `jupyterhub-${chart.version}.tgz`), chart.tgz);
  let forwarder: Awaited<ReturnType<typeof forwardToNode>> | undefined;

  const address = async () => {
    const service = await core.readNamespacedService({ name: "proxy-public", namespace });
    forwarder ??= await forwardToNode(world.realNode?.connectSocket ?? "", `${service.spec?.clusterIP}:80`);
    return `http://127.0.0.1:${forwarder.port}`;
  };
  return {
    core,
    namespace,
    git: git.inside,
    async deploy({ image = "2026.11.1", values = {}, journey = {}, isWaitedFor = true }) {
      const pin =
        typeof image === "string" ? { tag: image, digest: await imageDigest(world.registry, "user-data8", image) } : image;
      const merged = mergeValues([COMMON_VALUES, values]);
      await writeFleet(dir, {
        chart,
        pin,
        values: merged,
        journey: { imports: IMPORTS, link: linkTo(git.inside), grader: GRADER, ...journey },
      });
      const given = path.join(dir, "hubs/data8/values/common.yaml");
      const args = [
        "upgrade",
        "--install",
        namespace,
        chartFolder,
        "--namespace",
        namespace,
        "--create-namespace",
        "--values",
        given,
      ];
      const pins = ["--set-string", `singleuser.image.name=${IMAGE},singleuser.image.tag=${pin.tag}@${pin.digest}`];
      const wait = isWaitedFor ? ["--wait", "--timeout", "3m"] : [];
      const home = path.join(dir, "helm");
      await execa(world.tools.helm ?? "helm", [...args, ...pins, ...wait], {
        env: { KUBECONFIG: world.kubeconfig, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home },
      });
      await address();
      return pin.digest;
    },
    digestOf: (tag) => imageDigest(world.registry, "user-data8", tag),
    verify(...args) {
      const where = [
        "--mirror",
        `${CHARTS}=${charts}`,
        "--address",
        `http://127.0.0.1:${forwarder?.port ?? 1}`,
        "--address",
        `${git.inside}=${git.outside}`,
      ];
      return startVerify({ KUBECONFIG: world.campanileKubeconfig, CAMPANILE_DATA_DIR: path.join(dir, "data") }, [
        "verify",
        dir,
        "--hub",
        "data8",
        "--env",
        "staging",
        ...where,
        ...args,
      ]);
    },
    async stop() {
      await forwarder?.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** With the rights that Campanile has, and no more. */
const startVerify = (env: Record<string, string>, args: readonly string[]) =>
  execa(...campanileCommand(args), { reject: false, stdin: "ignore", env: { NO_COLOR: "1", ...env } });

const IMPORTS = ["datascience", "numpy", "matplotlib", "otter"];
const GRADER = { autograder: "probe/autograder", blank: "probe/blank.ipynb", solution: "probe/solution.ipynb" };
const REPOSITORY = `berkeley/${COURSE_REPOSITORY}`;

export const linkTo = (git: string, branch = "main") =>
  `${PUBLIC_URL}/hub/user-redirect/git-pull?${new URLSearchParams({
    repo: `${git}/${REPOSITORY}`,
    branch,
    urlpath: `tree/${COURSE_REPOSITORY}/lab/lab01.ipynb`,
  })}`;

const COMMON_VALUES: JsonObject = {
  hub: {
    config: {
      JupyterHub: { authenticator_class: "dummy" },
      Authenticator: { allow_all: true },
      Spawner: { http_timeout: 60 },
      // A test's homes are those of its own values, whatever an earlier test's hub gave the probe.
      KubeSpawner: { remember_pvc_name: false },
    },
    services: { campanile: {} },
    loadRoles: {
      campanile: {
        scopes: ["read:hub", `servers!user=${PROBE}`, `access:servers!user=${PROBE}`],
        services: ["campanile"],
        users: [PROBE],
      },
      "campanile-classmate": { scopes: classmateScopes(CLASSMATE), services: ["campanile"], users: [CLASSMATE] },
    },
  },
  proxy: { service: { type: "ClusterIP" } },
  prePuller: { hook: { enabled: false }, continuous: { enabled: false } },
  singleuser: { memory: { guarantee: "256M", limit: "1G" } },
};

async function writeFleet(
  dir: string,
  {
    chart,
    pin,
    values,
    journey,
  }: {
    chart: { version: string; digest: string };
    pin: { tag: string; digest: string };
    values: JsonObject;
    journey: JsonObject;
  },
): Promise<void> {
  const files: Record<string, JsonObject> = {
    "campanile.yaml": {
      title: "A fleet with one hub",
      clusters: { courses: { context: "courses", kubernetesVersion: "1.36.3" } },
      environments: [{ name: "staging" }],
      charts: { jupyterhub: CHARTS },
    },
    "hubs/data8/hub.yaml": {
      title: "Data 8",
      owners: ["gsi-lead"],
      environments: { staging: { url: PUBLIC_URL } },
      image: { valuePath: "singleuser.image" },
      journey,
    },
    "hubs/data8/pins/staging.yaml": {
      hub: { chart: "jupyterhub", version: chart.version, digest: chart.digest },
      image: { name: IMAGE, ...pin },
    },
    "hubs/data8/values/common.yaml": values,
  };
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
    await writeFile(path.join(dir, file), stringify(content));
  }
}

/** A course's repository at the emulated GitHub, which servers reach at the node's address and Campanile at the world's. */
async function createCourse({ github }: WorldDescription): Promise<{ inside: string; outside: string }> {
  const control = createControlClient(github.webUrl);
  const [owner = "", name = ""] = REPOSITORY.split("/");
  await control.createUser({ login: "author", name: "Whoever writes the labs" });
  await control.createOrganization({ login: owner, name: owner, members: { author: "admin" } });
  await control.createRepository({ owner, name, files: COURSE_FILES, message: "Lab 1", as: "author" });
  return { inside: `http://${NODE_ADDRESS}:${new URL(github.webUrl).port}`, outside: github.webUrl };
}
