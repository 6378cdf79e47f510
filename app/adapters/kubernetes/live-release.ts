import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { z } from "zod";
import type { LiveRelease } from "../../diff/observed-release.ts";
import { ClusterError } from "../../domain/errors.ts";
import type { ApiClient } from "./api-client.ts";
import { callKubernetes } from "./call-kubernetes.ts";

/** Names and labels only: a record has every value of the release in it. */
const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/** A record is a Secret, which holds 1 MiB at most; unpacked it is some ten times that. */
const RECORD_LIMIT_BYTES = 64 * 1024 * 1024;

const listSchema = z.object({
  items: z
    .array(
      z.object({
        metadata: z.object({
          name: z.string(),
          labels: z.object({
            version: z.coerce.number().int(),
            status: z.string(),
            "campanile.dev/bundle": z.string().optional(),
            "campanile.dev/sha": z.string().optional(),
          }),
        }),
      }),
    )
    .nullish(),
});
type Revision = NonNullable<z.output<typeof listSchema>["items"]>[number]["metadata"];

const secretSchema = z.object({ data: z.object({ release: z.string() }) });
const recordSchema = z.object({
  manifest: z.string(),
  apply_method: z.string().default(""),
  info: z.object({ last_deployed: z.string(), description: z.string().default("") }),
});

/**
 * Reads the revision from which Helm would upgrade: the deployed one, else, where nothing was ever deployed, the newest.
 * @returns undefined for a release that was never installed
 * @see Helm, "Storage backends": a Secret for each revision, whose `release` is JSON, zipped, in base64
 */
export async function fetchLiveRelease(api: ApiClient, namespace: string, releaseName: string): Promise<LiveRelease | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
  const query = { labelSelector: `owner=helm,name=${releaseName}` };
  const doing = `read Helm's record of ${releaseName}`;
  const listed = await callKubernetes(doing, () => api.call({ method: "GET", path, query, accept: METADATA_ONLY }));
  const list = listSchema.safeParse(listed.body);
  if (listed.status !== 200 || !list.success) throw unreadable(releaseName, listed.status);
  const revisions = (list.data.items ?? []).map(({ metadata }) => metadata).sort((a, b) => b.labels.version - a.labels.version);
  const current = revisions.find(({ labels }) => labels.status === "deployed") ?? revisions[0];
  if (!current) return undefined;
  const { status, body } = await callKubernetes(doing, () => api.call({ method: "GET", path: `${path}/${current.name}` }));
  const secret = secretSchema.safeParse(body);
  if (status !== 200 || !secret.success) throw unreadable(releaseName, status);
  return readRecord(secret.data.data.release, current, releaseName);
}

const unzip = promisify(gunzip);

async function readRecord(packed: string, { labels }: Revision, releaseName: string): Promise<LiveRelease> {
  const zipped = Buffer.from(Buffer.from(packed, "base64").toString("latin1"), "base64");
  const text = await unzip(zipped, { maxOutputLength: RECORD_LIMIT_BYTES }).catch(() => undefined);
  const record = recordSchema.safeParse(text && JSON.parse(text.toString("utf8")));
  if (!record.success) throw unreadable(releaseName, 200);
  const { manifest, apply_method, info } = record.data;
  return {
    revision: labels.version,
    manifest,
    isAppliedByServer: apply_method === "ssa",
    deployedAt: new Date(info.last_deployed).toISOString(),
    description: info.description,
    bundleDigest: labels["campanile.dev/bundle"],
    sha: labels["campanile.dev/sha"],
  };
}

function unreadable(releaseName: string, status: number): ClusterError {
  return new ClusterError({
    code: status === 200 ? "helm-record" : "cluster-forbidden",
    what: `What runs as ${releaseName} could not be read.`,
    why:
      status === 200
        ? "Helm's record of the release is not one that Helm 3 or 4 writes."
        : `The API server's answer: status ${status}.`,
    fix:
      status === 200
        ? `Look at it with "helm history ${releaseName}".`
        : "Give Campanile's account the right to read Secrets in the release's namespace.",
    canRetry: false,
  });
}
