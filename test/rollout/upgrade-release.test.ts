import { expect, test } from "vitest";
import { ClusterError, type Explanation } from "../../app/domain/errors.ts";
import { HELM_CALL_LIMIT_SECONDS } from "../../app/rollout/decide.ts";
import { type UpgradePorts, upgradeRelease } from "../../app/rollout/upgrade-release.ts";
import { release } from "./memory-cluster.ts";

const SHA = "c".repeat(40);
const explanation: Explanation = {
  code: "image-pull",
  what: "The image cannot be pulled.",
  why: "It is not there.",
  fix: "Push it.",
};

/** A Helm that ends when it is told how, and a watch that says something when it is told what. */
function startPorts() {
  const helm = Promise.withResolvers<void>();
  const watch = Promise.withResolvers<Explanation | undefined>();
  const called = Promise.withResolvers<Parameters<UpgradePorts["upgrade"]>>();
  const state = { isWatchOver: false };
  const ports: UpgradePorts = {
    fetchChart: async (pin) => `/charts/${pin.chart}-${pin.version}.tgz`,
    decryptLayer: async () => ({ jupyterhub: { proxy: { secretToken: "opened" } } }),
    upgrade: (...given) => {
      given[2].signal.addEventListener("abort", () => helm.reject(new Error("helm was stopped")));
      called.resolve(given);
      return helm.promise;
    },
    watchHooks: (_context, _namespace, signal) => {
      signal.addEventListener("abort", () => {
        state.isWatchOver = true;
        watch.resolve(undefined);
      });
      return watch.promise;
    },
  };
  return { ports, helm, watch, called: called.promise, state };
}

test("Helm gets the pinned chart, all layers with secrets opened, and our labels", async () => {
  const { ports, helm, called, state } = startPorts();
  const upgrading = upgradeRelease(ports, release, SHA, 8);
  const [name, chart, options] = await called;
  expect([name, chart]).toEqual(["data8-prod", "/charts/hub-1.0.0.tgz"]);
  expect(options).toMatchObject({
    namespace: "data8-prod",
    kubeContext: "courses",
    description: "Campanile: ccccccc",
    labels: { "campanile.dev/bundle": release.bundleDigest, "campanile.dev/sha": SHA, "campanile.dev/revision": "8" },
    values: {
      course: { title: "data8" },
      jupyterhub: {
        cull: { timeout: 3600 },
        proxy: { secretToken: "opened" },
        singleuser: { image: { name: release.image?.name, tag: `2026.11.1@${release.image?.digest}` } },
      },
    },
  });
  expect(options.timeoutSeconds).toBeLessThan(HELM_CALL_LIMIT_SECONDS);
  helm.resolve();
  await upgrading;
  expect(state.isWatchOver).toBe(true);
});

test("a hook that cannot work stops Helm, and the cluster's reason is what people read", async () => {
  const { ports, watch, called } = startPorts();
  const upgrading = upgradeRelease(ports, release, SHA, 8);
  await called;
  watch.resolve(explanation);
  const error = await upgrading.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ClusterError);
  expect(error).toMatchObject({ explanation, canRetry: false, cause: new Error("helm was stopped") });
});

test("what Helm says stands when the cluster has nothing to add", async () => {
  const { ports, helm, called, state } = startPorts();
  const upgrading = upgradeRelease(ports, release, SHA, 8);
  await called;
  const refusal = new Error("values do not fit");
  helm.reject(refusal);
  await expect(upgrading).rejects.toBe(refusal);
  expect(state.isWatchOver).toBe(true);
});

test("a watch that breaks neither spoils a good upgrade nor hides what Helm says of a bad one", async () => {
  for (const end of ["good", "bad"] as const) {
    const { ports, helm, watch, called } = startPorts();
    const upgrading = upgradeRelease(ports, release, SHA, 8);
    await called;
    watch.reject(new Error("the watch broke"));
    if (end === "good") helm.resolve();
    else helm.reject(new Error("Helm's own words"));
    if (end === "good") await upgrading;
    else await expect(upgrading).rejects.toThrow("Helm's own words");
  }
});

test("Helm is not called when a secret cannot be opened", async () => {
  const { ports } = startPorts();
  let isCalled = false;
  ports.upgrade = async () => {
    isCalled = true;
  };
  ports.decryptLayer = async () => Promise.reject(new Error("no key"));
  await expect(upgradeRelease(ports, release, SHA, 8)).rejects.toThrow("no key");
  expect(isCalled).toBe(false);
});
