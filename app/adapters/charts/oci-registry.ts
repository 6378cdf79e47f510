import { z } from "zod";
import { noSuchVersion, unreachable } from "./chart-errors.ts";
import type { ChartSource, FoundChart } from "./chart-source.ts";
import { download, type Mirrored, readBody, request } from "./download.ts";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
const CHART_LAYER_TYPE = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024;

const manifestSchema = z.object({ layers: z.array(z.object({ mediaType: z.string(), digest: z.string() })) });
const tagsSchema = z.object({ tags: z.array(z.string()).nullish() });
const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** @param repository `oci://host/path/chart` */
export async function fetchFromRegistry(repository: Mirrored, source: ChartSource, limitBytes: number): Promise<FoundChart> {
  // A tag has no plus sign, which a version may have.
  const tag = source.version.replaceAll("+", "_");
  const answer = await askRegistry(repository, `manifests/${tag}`, source, MANIFEST_TYPE);
  if (!answer) throw noSuchVersion(source, []);
  const { body, headers } = answer;
  const layer = parsed(body, manifestSchema, source).layers.find(({ mediaType }) => mediaType === CHART_LAYER_TYPE);
  if (!layer) throw unreachable(source, "What it has under that name is no chart");
  return {
    version: source.version,
    digest: layer.digest,
    fetch: () => download(apiPlace(repository, `blobs/${layer.digest}`), limitBytes, source, headers),
  };
}

export async function listRegistryTags(repository: Mirrored, source: ChartSource): Promise<string[]> {
  const answer = await askRegistry(repository, "tags/list", source, "application/json");
  if (!answer) throw noSuchVersion(source, []);
  return (parsed(answer.body, tagsSchema, source).tags ?? []).map((tag) => tag.replaceAll("_", "+"));
}

/**
 * Asks as anybody may; a registry that wants a token gives one to anybody for what is public.
 * @returns undefined for what the registry does not have
 */
export async function askRegistry(
  repository: Mirrored,
  what: string,
  source: ChartSource,
  accept: string,
): Promise<{ body: Buffer; headers: Record<string, string> } | undefined> {
  const place = apiPlace(repository, what);
  let headers: Record<string, string> = { accept };
  let response = await request(place, source, headers);
  if (response.status === 401) {
    const token = await fetchToken(response.headers.get("www-authenticate") ?? "", repository, source);
    headers = { accept, authorization: `Bearer ${token}` };
    response = await request(place, source, headers);
  }
  if (response.status === 404) return undefined;
  if (!response.ok) throw unreachable(source, `The registry answered ${response.status}`);
  return { body: await readBody(response, MANIFEST_LIMIT_BYTES, source), headers };
}

async function fetchToken(challenge: string, repository: Mirrored, source: ChartSource): Promise<string> {
  const said = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  const { realm, service, scope } = said;
  if (!challenge.startsWith("Bearer ") || realm === undefined) throw unreachable(source, "The registry wants a login");
  const query = new URLSearchParams(
    Object.entries({ service, scope }).filter((each): each is [string, string] => each[1] !== undefined),
  );
  const response = await request({ ...repository, address: `${realm}?${query}` }, source);
  if (!response.ok) throw unreachable(source, "The registry wants a login");
  const { token, access_token: other } = parsed(await readBody(response, MANIFEST_LIMIT_BYTES, source), tokenSchema, source);
  const given = token ?? other;
  if (given === undefined) throw unreachable(source, "The registry gave no token");
  return given;
}

function parsed<Content>(body: Buffer, schema: z.ZodType<Content>, source: ChartSource): Content {
  try {
    return schema.parse(JSON.parse(body.toString("utf8")));
  } catch (error) {
    throw unreachable(source, "What the registry answered cannot be read", error);
  }
}

/** Plain HTTP is for a registry on this machine only, as container tools have it. */
function apiPlace(repository: Mirrored, what: string): Mirrored {
  const { address, isTrusted } = repository;
  const [, host = "", path = ""] = /^oci:\/\/([^/]+)\/(.*)$/.exec(address) ?? [];
  const scheme = isTrusted && /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host) ? "http" : "https";
  return { ...repository, address: `${scheme}://${host}/v2/${path}/${what}` };
}
