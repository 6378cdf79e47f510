import type { DryRun, DryRunAnswer } from "../../diff/observed-release.ts";
import { isJsonObject, type JsonObject } from "../../domain/json.ts";
import { type Manifest, objectKey } from "../../domain/manifest.ts";
import type { Admission } from "./admission.ts";
import type { ApiAnswer, ApiClient } from "./api-client.ts";
import { isAsApplied } from "./as-applied.ts";
import { callKubernetes } from "./call-kubernetes.ts";
import type { ApiResource, Discovery } from "./discovery.ts";
import { type FetchesLive, pathOf } from "./live-objects.ts";
import { readRefusal } from "./read-refusal.ts";

/** As Helm 4 calls itself when it applies an object; the rollout is by Helm, and only the same manager changes what it owns. */
const FIELD_MANAGER = "helm";

/** Asks an API server what it would do. Nothing is changed: `dryRun=All` goes through admission and quota, and ends before storage. */
export interface DryRuns {
  /** @param manifests as they would be applied @returns one for each, in the same order */
  dryRun(manifests: readonly Manifest[], discovery: Discovery): Promise<DryRun[]>;
  /** Whether pods like this would be let in just now. @returns the refusals; none when they would */
  dryRunPod(namespace: string, pod: JsonObject): Promise<DryRunAnswer>;
  fetchLive: FetchesLive;
}

/** @param admission who else has a say, as of a minute ago at most */
export function createDryRuns(api: ApiClient, fetchLive: FetchesLive, admission: () => Promise<Admission>): DryRuns {
  async function apply(manifest: Manifest, at: ApiResource, isForced: boolean): Promise<ApiAnswer> {
    return callKubernetes("try a change without making it", () =>
      api.call({
        method: "PATCH",
        path: pathOf(at, manifest.id),
        query: { dryRun: "All", fieldManager: FIELD_MANAGER, fieldValidation: "Strict", force: String(isForced) },
        body: { type: "application/apply-patch+yaml", text: JSON.stringify(manifest.object) },
      }),
    );
  }

  async function dryRunOne(
    manifest: Manifest,
    live: JsonObject | undefined,
    discovery: Discovery,
  ): Promise<{ answer: DryRunAnswer; warnings: string[] }> {
    const at = discovery.findKind(manifest.id.apiVersion, manifest.id.kind);
    if (!at)
      return { answer: { kind: "could-not", why: `the cluster does not know the kind ${manifest.id.kind}` }, warnings: [] };
    // Most objects of most changes: to try what is there already is half of what a preview costs an API server.
    if (live && isAsApplied(manifest.object, live, FIELD_MANAGER) && !(await admission()).looksAt(at))
      return { answer: { kind: "applied", predicted: live }, warnings: [] };
    const first = await apply(manifest, at, false);
    // Helm settles a conflict with its own former self before it applies.
    const answered = first.status === 409 && isOwnConflict(readRefusal(first)) ? await apply(manifest, at, true) : first;
    const { status, body, warnings } = answered;
    const isApplied = (status === 200 || status === 201) && isJsonObject(body);
    return { answer: isApplied ? { kind: "applied", predicted: body } : readRefusal(answered), warnings };
  }

  return {
    fetchLive,
    async dryRun(manifests, discovery) {
      const live = await fetchLive(
        manifests.map(({ id }) => id),
        discovery,
      );
      const answers = await Promise.all(
        manifests.map((manifest) => dryRunOne(manifest, live.get(objectKey(manifest.id)), discovery)),
      );
      return manifests.map(({ id }, index) => {
        const { answer, warnings } = answers[index] ?? {
          answer: { kind: "could-not", why: "nothing was answered" } as const,
          warnings: [],
        };
        return { id, live: live.get(objectKey(id)), answer, warnings };
      });
    },
    async dryRunPod(namespace, pod) {
      const answered = await callKubernetes("try a pod without making it", () =>
        api.call({
          method: "POST",
          path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
          query: { dryRun: "All", fieldManager: FIELD_MANAGER },
          body: { type: "application/json", text: JSON.stringify(pod) },
        }),
      );
      const { status, body } = answered;
      return status === 201 && isJsonObject(body) ? { kind: "applied", predicted: body } : readRefusal(answered);
    },
  };
}

function isOwnConflict(answer: DryRunAnswer): boolean {
  return (
    answer.kind === "refused" && answer.refusals.length > 0 && answer.refusals.every(({ manager }) => manager === FIELD_MANAGER)
  );
}
