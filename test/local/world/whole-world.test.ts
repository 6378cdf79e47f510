import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startKeeper } from "../../../app/local/world/keep-processes.ts";
import { createPerson } from "../../../app/local/world/person.ts";
import { type Institution, startInstitution } from "../../../app/local/world/start-institution.ts";
import { startWorld, type World } from "../../../app/local/world/start-world.ts";
import { descendantsOf, listeningAddresses, signalQuietly, stillRunning } from "./look-at-processes.ts";
import { makeFolder } from "./make-folder.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let world: World;
let institution: Institution;
const keeper = startKeeper();
const onCrash = vi.fn<(message: string) => void>();

beforeAll(async () => {
  folder = await makeFolder();
  world = await startWorld({ dir: path.join(folder.dir, "world"), keeper, onCrash });
  institution = await startInstitution(world, { owner: "berkeley", appId: 8, keeper, onCrash, hubs: ["data8"] });
  await institution.campanile.start();
});
afterAll(async () => {
  await keeper.close();
  await folder.remove();
});

test("no part can be reached from another machine", async () => {
  const pids = [...Object.values(world.processes), institution.campanile.pid() ?? Number.NaN];
  const addresses = (await Promise.all(pids.map(listeningAddresses))).flat();
  // Each of the parts that are asked something: etcd twice, API server, registry, GitHub, PostgreSQL, Campanile.
  expect(addresses.length).toBeGreaterThanOrEqual(7);
  expect(addresses.filter((address) => !address.startsWith("127.0.0.1:") && !address.startsWith("[::1]:"))).toEqual([]);
});

test("each part has its log in the world's folder", async () => {
  for (const name of Object.keys(world.processes))
    expect(await readFile(path.join(world.logDir, `${name}.log`), "utf8"), name).toEqual(expect.any(String));
  expect(await readFile(institution.campanile.logFile, "utf8")).toContain("Campanile is ready");
});

// Last, because nothing is left afterwards. Whoever needs another part goes before it, or would end by itself.
test("the crash of any part is told, whichever it is; a Helm that lost its Campanile is ended with the rest", async () => {
  const parts = [
    ["campanile-berkeley", institution.campanile.pid()],
    ...["github", "registry", "kwok", "kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd", "postgres"].map(
      (name) => [name, world.processes[name]] as const,
    ),
  ] as const;
  expect(parts.map(([name]) => name).sort()).toEqual(["campanile-berkeley", ...Object.keys(world.processes)].sort());
  await createPerson(world, institution).push("Deploy", { "NOTES.md": "Something to deploy.\n" });
  const helm = await vi.waitFor(findHelmUpgrade, { timeout: 30_000, interval: 20 });
  // A Helm that hangs. One that runs would soon find out that there is no API server.
  signalQuietly(helm, "SIGSTOP");
  const tree = (await Promise.all(parts.map(([, pid]) => descendantsOf(pid ?? Number.NaN)))).flat();
  expect(tree).toContain(helm);
  for (const [name, pid] of parts) {
    onCrash.mockClear();
    signalQuietly(pid ?? Number.NaN, "SIGKILL");
    await vi.waitFor(() => expect(onCrash.mock.calls.flat()).toEqual([expect.stringMatching(crashOf(name))]), 10_000);
  }
  expect(await stillRunning([helm])).toHaveLength(1);
  await keeper.close();
  await vi.waitFor(async () => expect(await stillRunning(tree)).toEqual([]), 10_000);
});

async function findHelmUpgrade(): Promise<number> {
  const below = await stillRunning(await descendantsOf(institution.campanile.pid() ?? Number.NaN));
  const [pid = Number.NaN] = below.filter((line) => line.includes("/helm upgrade ")).map((line) => Number.parseInt(line, 10));
  expect(pid).not.toBeNaN();
  return pid;
}

function crashOf(name: string): RegExp {
  return new RegExp(`^${name} ended by itself \\(SIGKILL\\); its log is .*/${name}\\.log$`);
}
