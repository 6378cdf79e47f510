import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, inject, onTestFinished, test } from "vitest";
import { createImageRegistry } from "../../app/adapters/images/image-layers.ts";
import { weighPull } from "../../app/diff/weigh-pull.ts";
import {
  type BuiltImage,
  blobOf,
  buildImage,
  CONFIG_TYPE,
  describeBlob,
  type ImageBlob,
  MANIFEST_TYPE,
} from "../../app/local/seed/build-image.ts";
import { pushImage } from "../../app/local/world/start-registry.ts";

const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
const digestOf = (content: Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

function layerOf(bytes: number): ImageBlob {
  const content = randomBytes(bytes);
  return { digest: digestOf(content), mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", content };
}

function imageOf(name: string, layers: ImageBlob[]): BuiltImage {
  const config = blobOf(CONFIG_TYPE, { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } });
  const parts = { config: describeBlob(config), layers: layers.map(describeBlob) };
  const manifest = blobOf(MANIFEST_TYPE, { schemaVersion: 2, mediaType: MANIFEST_TYPE, ...parts });
  return { name, tag: "1", digest: manifest.digest, manifest, blobs: [config, ...layers] };
}

function indexOf(name: string, images: Record<string, BuiltImage>): BuiltImage {
  const manifests = Object.entries(images).map(([architecture, { manifest }]) => ({
    ...describeBlob(manifest),
    platform: { os: "linux", architecture },
  }));
  const manifest = blobOf(INDEX_TYPE, { schemaVersion: 2, mediaType: INDEX_TYPE, manifests });
  return { name, tag: "all", digest: manifest.digest, manifest, blobs: [] };
}

test("what a node still has to pull is the layers that the old image had not, of the platform that nodes have", async () => {
  const host = inject("world").registry;
  const name = `registry.campanile.example/pulled-${randomBytes(4).toString("hex")}`;
  const [shared, old, fresh, foreign] = [layerOf(30_000), layerOf(2_000), layerOf(7_000), layerOf(90_000)];
  const before = imageOf(name, [shared, old]);
  const after = { amd64: imageOf(name, [shared, fresh, fresh]), arm64: imageOf(name, [foreign]) };
  const index = indexOf(name, after);
  for (const image of [before, after.amd64, after.arm64, index]) await pushImage(`http://${host}`, image);
  const { fetchLayers } = createImageRegistry({ mirrors: { "oci://registry.campanile.example/": `oci://${host}/` } });
  const [was, is] = [await fetchLayers(before), await fetchLayers(index)];
  expect(weighPull(was, is)).toEqual({ kind: "known", newBytes: 7_000, totalBytes: 37_000 });
  expect(weighPull(undefined, is)).toEqual({ kind: "known", newBytes: 37_000, totalBytes: 37_000 });
  expect(weighPull(is, is)).toEqual({ kind: "known", newBytes: 0, totalBytes: 37_000 });
  const missing = await fetchLayers({ name, digest: digestOf(Buffer.from("nothing")) });
  expect(missing).toEqual({ kind: "unknown", why: "the registry does not have it" });
  expect(weighPull(missing, is)).toEqual({ kind: "at-most", totalBytes: 37_000 });
  expect(weighPull(is, missing)).toEqual(missing);
  const other = indexOf(name, { arm64: after.arm64 });
  await pushImage(`http://${host}`, other);
  expect(await fetchLayers(other)).toEqual({ kind: "unknown", why: "it is not made for linux/amd64" });
});

/** A registry that answers as it is told, on loopback, where `oci://odd.example/` leads. */
async function startOddRegistry(answer: (request: IncomingMessage, response: ServerResponse, url: string) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    answer(request, response, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { asked, ...createImageRegistry({ mirrors: { "oci://odd.example/": `oci://127.0.0.1:${port}/` } }) };
}

const image = buildImage("odd.example/user", "1");

test("a registry that gives a token to anybody is asked with it, once for each image", async () => {
  const registry = await startOddRegistry((request, response, url) => {
    if (request.url?.startsWith("/token")) response.end(JSON.stringify({ token: "for-anybody" }));
    else if (request.headers.authorization === "Bearer for-anybody") response.end(image.manifest.content);
    else
      response
        .writeHead(401, { "www-authenticate": `Bearer realm="${url}/token",service="odd",scope="repository:user:pull"` })
        .end();
  });
  const answers = await Promise.all([registry.fetchLayers(image), registry.fetchLayers(image)]);
  expect(answers[0]).toMatchObject({ kind: "layers", layers: [{ size: expect.any(Number) }] });
  expect(await registry.fetchLayers(image)).toBe(answers[0]);
  const manifest = `/v2/user/manifests/${image.digest}`;
  expect(registry.asked).toEqual([manifest, "/token?service=odd&scope=repository%3Auser%3Apull", manifest]);
});

const odd: [string, string, (response: ServerResponse) => void][] = [
  ["wants a login", "the registry wants a login", (response) => response.writeHead(401, { "www-authenticate": "Basic" }).end()],
  ["forbids it", "the registry answered 403", (response) => response.writeHead(403).end("<html>Forbidden</html>")],
  ["has an error page", "the registry answered 503", (response) => response.writeHead(503).end("<html>Down</html>")],
  ["answers with a page", "the registry answered something else", (response) => response.end("<html>Welcome</html>")],
  ["sends no end", "the registry sent more than 4 MiB", (response) => response.end(Buffer.alloc(5 * 1024 * 1024))],
  [
    "hangs up in the middle",
    "the connection was cut",
    (response) => void response.writeHead(200, { "content-length": "9" }).write("{", () => response.destroy()),
  ],
  [
    "leads nowhere",
    "the registry redirects to what is no address",
    (response) => response.writeHead(302, { location: "http://[" }).end(),
  ],
  ["does not answer", "the registry did not answer in time", () => {}],
];
test.for(odd)("a registry that %s is told in a clause, and asked no more for a while", async ([, why, answer]) => {
  const registry = await startOddRegistry((_, response) => answer(response));
  expect(await registry.fetchLayers(image)).toEqual({ kind: "unknown", why });
  const { length } = registry.asked;
  expect(await registry.fetchLayers(image)).toEqual({ kind: "unknown", why });
  expect(registry.asked).toHaveLength(length);
});

test("what a registry says under the right digest is still held to its form", async () => {
  const bodies = [
    "[]",
    '{"layers":[{"digest":"sha256:x","size":1}]}',
    `{"layers":[{"digest":"sha256:${"a".repeat(64)}","size":-1}]}`,
  ];
  for (const body of bodies) {
    const registry = await startOddRegistry((_, response) => response.end(body));
    const pin = { name: "odd.example/user", digest: digestOf(Buffer.from(body)) };
    expect(await registry.fetchLayers(pin)).toEqual({ kind: "unknown", why: "its manifest cannot be read" });
  }
});

test("no address inside the network is asked, whoever writes it as the name of an image", async () => {
  const { asked, fetchLayers } = await startOddRegistry((_, response) => response.end());
  const why = "its registry is at no public address";
  for (const host of ["127.0.0.1:5000", "localhost:5000", "registry.svc", "10.0.0.1", "metadata.internal"])
    expect(await fetchLayers({ name: `${host}/user`, digest: image.digest })).toEqual({ kind: "unknown", why });
  expect(asked).toEqual([]);
  expect(await fetchLayers({ name: "odd.example/user", tag: "1" })).toEqual({
    kind: "unknown",
    why: "no digest says which image it is",
  });
});
