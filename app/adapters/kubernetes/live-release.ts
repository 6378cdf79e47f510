import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { z } from "zod";
import type { LiveRelease } from "../../diff/observed-release.ts";
import { ClusterError } from "../../domain/errors.ts";
import type { ApiCall, ApiClient } from "./api-client.ts";
import { callKubernetes } from "./call-kubernetes.ts";

/** Names and labels only: a record has every value of the release in it. */
const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/** A record is a Secret, which holds 1 MiB at most; unpacked it is some ten times that. */
const RECORD_LIMIT_BYTES = 64 * 1024 * 1024;

const metadataSchema = z.object({
  name: z.string(),
  labels: z.object({
    version: z.coerce.number().int(),
    status: z.string(),
    "campanile.dev/bundle": z.string().optional(),
    "campanile.dev/sha": z.string().optional(),
  }),
});
const listSchema = z.object({ items: z.array(z.object({ metadata: metadataSchema })).nullish() });
const secretSchema = z.object({ metadata: metadataSchema, data: z.object({ release: z.string() }) });
const secretsSchema = z.object({ items: z.array(secretSchema).nullish() });
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
  const selector = `owner=helm,name=${releaseName}`;
  const read = async <T>(schema: z.ZodType<T>, call: Pick<ApiCall, "path" | "query" | "accept">): Promise<T> => {
    const { status, body } = await callKubernetes(`read Helm's record of ${releaseName}`, () =>
      api.call({ method: "GET", ...call }),
    );
    const parsed = schema.safeParse(body);
    if (status !== 200 || !parsed.success) throw unreadable(releaseName, status);
    return parsed.data;
  };
  // One of a release's revisions is deployed, nearly always; only where none is are the others looked through.
  const deployed = await read(secretsSchema, { path, query: { labelSelector: `${selector},status=deployed` } });
  const current = newest(deployed.items ?? []);
  if (current) return readRecord(current, releaseName);
  const all = await read(listSchema, { path, query: { labelSelector: selector }, accept: METADATA_ONLY });
  const last = newest(all.items ?? []);
  return last && readRecord(await read(secretSchema, { path: `${path}/${last.metadata.name}` }), releaseName);
}

function newest<T extends { metadata: z.output<typeof metadataSchema> }>(revisions: readonly T[]): T | undefined {
  return [...revisions].sort((a, b) => b.metadata.labels.version - a.metadata.labels.version)[0];
}

const unzip = promisify(gunzip);

async function readRecord(
  { metadata: { labels }, data }: z.output<typeof secretSchema>,
  releaseName: string,
): Promise<LiveRelease> {
  const zipped = Buffer.from(Buffer.from(data.release, "base64").toString("latin1"), "base64");
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
