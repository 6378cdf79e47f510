import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { AdmissionregistrationV1Api, KubeConfig } from "@kubernetes/client-node";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { issueCertificates } from "../../app/local/world/issue-certificates.ts";
import type { TestNamespace } from "./open-namespace.ts";
import { tempFolder } from "./sample-release.ts";

const reviewSchema = z.object({ request: z.object({ uid: z.string(), object: z.json() }) });
export type Patch = { op: "add" | "replace"; path: string; value: unknown }[];

/**
 * A mutating webhook for the Deployments of one test's namespace: asked by the real API server, over HTTPS, as it asks any.
 * @param patch what it does to each object, as a JSON Patch
 */
export async function startWebhook(
  { world, name }: TestNamespace,
  patch: (object: unknown) => Patch,
): Promise<{ forbidTrials(): Promise<void> }> {
  const { caPem, server: files } = await issueCertificates(await tempFolder());
  const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
  const server = createServer({ cert, key }, async (request, response) => {
    const { uid, object } = reviewSchema.parse(JSON.parse(await text(request))).request;
    const patched = { patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(patch(object))).toString("base64") };
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        apiVersion: "admission.k8s.io/v1",
        kind: "AdmissionReview",
        response: { uid, allowed: true, ...patched },
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;

  const config = new KubeConfig();
  config.loadFromFile(world.kubeconfig);
  const admission = config.makeApiClient(AdmissionregistrationV1Api);
  const webhook = `mesh.${name}.example`;
  const made = await admission.createMutatingWebhookConfiguration({
    body: {
      metadata: { name: webhook },
      webhooks: [
        {
          name: webhook,
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          failurePolicy: "Fail",
          clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(caPem).toString("base64") },
          rules: [{ apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["deployments"] }],
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
        },
      ],
    },
  });
  onTestFinished(async () => void (await admission.deleteMutatingWebhookConfiguration({ name: webhook })));
  return {
    // No API server takes such a webhook since Kubernetes 1.22, but those that an older one took are there still.
    async forbidTrials() {
      const old = { ...made, webhooks: made.webhooks?.map((each) => ({ ...each, sideEffects: "Some" })) };
      const stored = { apiVersion: "admissionregistration.k8s.io/v1", kind: "MutatingWebhookConfiguration", ...old };
      await putIntoEtcd(world.etcd, `/registry/mutatingwebhookconfigurations/${webhook}`, stored);
    },
  };
}

/** @see etcd, "gRPC gateway": keys and values are base64 */
async function putIntoEtcd(etcd: string, key: string, object: object): Promise<void> {
  const base64 = (value: string) => Buffer.from(value).toString("base64");
  const body = JSON.stringify({ key: base64(key), value: base64(JSON.stringify(object)) });
  const response = await fetch(`${etcd}/v3/kv/put`, { method: "POST", body });
  if (!response.ok) throw new Error(`etcd did not take ${key}: ${response.status} ${await response.text()}`);
}
