import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { expect, onTestFinished, test } from "vitest";
import { openHub } from "../../../app/adapters/jupyterhub/open-hub.ts";
import { judgePod } from "../../../app/verify/judge-pod.ts";
import { temporaryFolder } from "../../history/write-history.ts";

async function open(replica?: string) {
  const kubeconfig = path.join(await temporaryFolder(onTestFinished), "kubeconfig.json");
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "c", server: "http://127.0.0.1:9", skipTLSVerify: true }, { name: "u" });
  await writeFile(kubeconfig, config.exportConfig());
  const place = { kubeconfig, context: config.getCurrentContext(), namespace: "data8-staging", address: undefined };
  const plan = { user: "campanile-probe", publicUrl: "https://data8.courses.example/" };
  const parts = { judgePod, addSecret: () => {}, redact: (text: string) => text };
  return openHub(plan, { ...place, ...(replica === undefined ? {} : { replica }) }, parts);
}

const by = (host: string, pid: number, startedAt = new Date()) => ({
  journey: "another",
  host,
  pid,
  startedAt: startedAt.toISOString(),
});
/** The one that runs these tests, which is alive. */
const ALIVE = process.ppid;
const GONE = 2 ** 22 - 1;

test("whoever plays on this machine is waited for while its process is there", async () => {
  const { isPlaying, player } = await open();
  expect(player).toMatchObject({ host: hostname(), pid: process.pid });
  expect([isPlaying(by(hostname(), ALIVE)), isPlaying(by(hostname(), GONE)), isPlaying(by("elsewhere", GONE))]).toEqual([
    true,
    false,
    true,
  ]);
  expect(isPlaying(by("elsewhere", ALIVE, new Date(Date.now() - 21 * 60_000)))).toBe(false);
});

test("a replica that was started anew takes over at once what it had begun, on whatever machine", async () => {
  const { isPlaying, player } = await open("campanile-0");
  const before = by(player.host, ALIVE);
  expect(isPlaying(before)).toBe(false);
  expect(isPlaying(by((await open("campanile-1")).player.host, GONE))).toBe(true);
  expect((await open()).isPlaying(before)).toBe(true);
});
