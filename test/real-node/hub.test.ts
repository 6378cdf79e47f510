import path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { gradeNotebook } from "../../app/journey/cells.ts";
import { COURSE_FILES } from "../../app/local/seed/course-materials.ts";
import { makeFolder } from "../local/world/make-folder.ts";
import { type DeployedHub, deployHub } from "./deploy-hub.ts";
import { imageDigest } from "./image-digest.ts";
import { type RunningRealWorld, runRealWorld } from "./run-real-world.ts";
import { ask, runCell, startServer, stopServer } from "./use-server.ts";
import { FIRST_START_LIMIT_MS, onRealNode } from "./where-possible.ts";

const IN_TIME = { timeout: 60_000, interval: 200 };

onRealNode("a hub on a real node", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let world: RunningRealWorld;
  let hub: DeployedHub;
  let core: CoreV1Api;
  let digest: string;

  beforeAll(async () => {
    folder = await makeFolder();
    world = await runRealWorld(path.join(folder.dir, "world"));
    const config = new KubeConfig();
    config.loadFromFile(world.kubeconfig);
    core = config.makeApiClient(CoreV1Api);
    digest = await imageDigest(world.registry, "user-data8", "2026.11.1");
    const others = await Promise.all(
      ["2026.11.2", "2026.11.3-broken"].map(async (tag) => {
        const image = `registry.campanile.example/user-data8:${tag}@${await imageDigest(world.registry, "user-data8", tag)}`;
        return { display_name: tag, slug: tag, kubespawner_override: { image } };
      }),
    );
    hub = await deployHub(world, "data8", {
      image: { name: "registry.campanile.example/user-data8", tag: `2026.11.1@${digest}` },
      memory: { guarantee: "256M", limit: "1G" },
      profileList: [{ display_name: "2026.11.1", slug: "standard", default: true }, ...others],
    });
  }, FIRST_START_LIMIT_MS);
  afterAll(async () => {
    await hub?.stop();
    world.signal("SIGTERM");
    await world.ended;
    await folder.remove();
  });

  test("it says its version, and sends whoever comes to log in", async () => {
    expect(await (await fetch(new URL("/hub/api/", hub.url))).json()).toEqual({ version: "5.5.0" });
    const page = await fetch(new URL("/hub/spawn", hub.url));
    expect(new URL(page.url).pathname).toBe("/hub/login");
    expect(await page.text()).toContain("username_input");
  });

  test("a student's server runs the pinned image, and its kernel imports what the course uses", async () => {
    await startServer(hub, "student-1");
    const pod = await core.readNamespacedPod({ name: "jupyter-student-1", namespace: "data8" });
    expect(pod.status?.containerStatuses?.[0]?.imageID).toBe(`registry.campanile.example/user-data8@${digest}`);
    const code =
      "import datascience, numpy, matplotlib, folium, ipywidgets, otter; print(datascience.Table().with_column('x', [1, 2]).num_rows)";
    expect(await runCell(hub, "student-1", code)).toBe("2\n");
    expect(await runCell(hub, "student-1", "import no_such_package")).toBe(
      "ModuleNotFoundError: No module named 'no_such_package'",
    );
  });

  test("a file on a shared volume is there after the server was stopped and started, and nobody else's server has it", async () => {
    await runCell(hub, "student-1", "open('lab01.txt', 'w').write('an answer')");
    const { spec } = await core.readNamespacedPod({ name: "jupyter-student-1", namespace: "data8" });
    const home = spec?.containers[0]?.volumeMounts?.find(({ mountPath }) => mountPath === "/home/jovyan");
    expect(home?.subPath).toBe("data8/student-1");
    expect(spec?.volumes?.find(({ name }) => name === home?.name)?.persistentVolumeClaim?.claimName).toBe("homes");
    await stopServer(hub, "student-1");
    await vi.waitFor(
      () => expect(core.readNamespacedPod({ name: "jupyter-student-1", namespace: "data8" })).rejects.toThrow(),
      IN_TIME,
    );
    await Promise.all([startServer(hub, "student-1"), startServer(hub, "student-2")]);
    const read = "import os; print(open('lab01.txt').read() if os.path.exists('lab01.txt') else 'no such file')";
    expect(await runCell(hub, "student-1", read)).toBe("an answer\n");
    expect(await runCell(hub, "student-2", read)).toBe("no such file\n");
  });

  test.each([
    ["next term's image has a package more", "2026.11.2", "import seaborn, datascience; print(seaborn.__version__)", "0.13.2\n"],
    [
      "the broken image lacks one",
      "2026.11.3-broken",
      "import numpy, datascience",
      "ModuleNotFoundError: No module named 'datascience'",
    ],
  ])("%s", async (_title, profile, code, printed) => {
    await startServer(hub, "student-3", { profile });
    expect(await runCell(hub, "student-3", code)).toBe(printed);
    await stopServer(hub, "student-3");
  });

  test.each([
    ["probe/blank.ipynb", 0],
    ["probe/solution.ipynb", 2],
  ])("the grader's own image gives %s %d of 2", async (notebook, total) => {
    const name = `grades-${notebook.replace(/\W/g, "-")}`;
    const files = Object.entries(COURSE_FILES).map(([file, text], index) => ({ key: `file-${index}`, file, text }));
    await core.createNamespacedConfigMap({
      namespace: "data8",
      body: { metadata: { name }, data: Object.fromEntries(files.map(({ key, text }) => [key, text])) },
    });
    const image = `registry.campanile.example/grader@${await imageDigest(world.registry, "grader", "7.0.0")}`;
    const grading = {
      name: "grader",
      image,
      workingDir: "/course",
      command: ["python3", "-c", gradeNotebook("probe/autograder", notebook)],
      volumeMounts: [{ name: "course", mountPath: "/course" }],
    };
    const items = files.map(({ key, file }) => ({ key, path: file }));
    await core.createNamespacedPod({
      namespace: "data8",
      body: {
        metadata: { name },
        spec: { restartPolicy: "Never", containers: [grading], volumes: [{ name: "course", configMap: { name, items } }] },
      },
    });
    await vi.waitFor(
      async () => expect((await core.readNamespacedPod({ name, namespace: "data8" })).status?.phase).toMatch(/Succeeded|Failed/),
      { timeout: 120_000, interval: 500 },
    );
    const printed = await core.readNamespacedPodLog({ name, namespace: "data8" });
    expect(JSON.parse(printed.trim().split("\n").at(-1) ?? "")).toEqual({ total, possible: 2 });
  });

  test("a kernel that takes more memory than its limit is killed by the kernel, and the hub goes on", async () => {
    const code =
      "import time\nhoard = []\nfor _ in range(40): hoard.append(bytearray(50_000_000)); print(len(hoard), flush=True)";
    expect(await runCell(hub, "student-2", code)).toMatch(/\n1\d\nThe kernel died$/);
    expect((await ask(hub, "GET", "/hub/api/users/student-2")).status).toBe(200);
  });
});
