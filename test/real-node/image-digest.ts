/** The digest of a tag, as the world's registry has it. */
export async function imageDigest(registry: string, repository: string, tag: string): Promise<string> {
  const headers = { accept: "application/vnd.oci.image.manifest.v1+json" };
  const response = await fetch(`http://${registry}/v2/${repository}/manifests/${tag}`, { method: "HEAD", headers });
  return response.headers.get("docker-content-digest") ?? "";
}
