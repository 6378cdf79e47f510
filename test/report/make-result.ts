import type { Explanation } from "../../app/domain/errors.ts";
import type { Finding } from "../../app/domain/finding.ts";
import type { FieldChange, ObjectChange, ReleaseDiff, ShownValue } from "../../app/domain/release-diff.ts";
import type { PreviewRelease, PreviewResult } from "../../app/report/preview-result.ts";

export function makeResult(change: Partial<PreviewResult> = {}): PreviewResult {
  return {
    baseSha: "6dcb09b5b57875f334f61aebed695e2e4193db5e",
    headSha: "0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c",
    environments: ["staging", "prod"],
    findings: [],
    couldNot: null,
    mode: "deploy",
    isFork: false,
    releasesInFleet: 6,
    releases: [],
    ...change,
  };
}

const TITLES: Record<string, string> = { data8: "Data 8", data100: "Data 100", prob140: "Prob 140" };

export function makeRelease(hub: string, environment: string, change: Partial<PreviewRelease> = {}): PreviewRelease {
  return {
    releaseId: `${hub}-${environment}`,
    hub,
    hubTitle: TITLES[hub] ?? hub,
    environment,
    reasons: [`image user-${hub} 2026.11.1 → 2026.11.2`],
    diff: makeDiff(hub, environment, [
      makeChange("Deployment", `${hub}-${environment}`, "hub", [
        field("spec.template.spec.containers[hub].env[USER_IMAGE].value", "user:2026.11.1", "user:2026.11.2"),
      ]),
    ]),
    causes: [],
    effect: null,
    drift: null,
    impact: null,
    basis: "live",
    couldNot: null,
    ...change,
  };
}

export function makeDiff(
  hub: string,
  environment: string,
  objects: ObjectChange[],
  notDeterministic: string[] = [],
): ReleaseDiff {
  return { releaseId: `${hub}-${environment}`, hub, environment, objects, hooks: [], notDeterministic };
}

export function makeChange(
  kind: string,
  namespace: string,
  name: string,
  fields: FieldChange[],
  change: ObjectChange["change"] = "changed",
): ObjectChange {
  return { id: { apiVersion: "v1", kind, namespace, name }, change, fields };
}

const shown = (text: string | undefined): ShownValue => (text === undefined ? { kind: "absent" } : { kind: "value", text });

export function field(path: string, before: string | undefined, after: string | undefined): FieldChange {
  return { path, before: shown(before), after: shown(after) };
}

export function hidden(path: string, before: string, after: string): FieldChange {
  return { path, before: { kind: "hidden", fingerprint: before }, after: { kind: "hidden", fingerprint: after } };
}

export function makeFinding(change: Partial<Finding> = {}): Finding {
  return {
    code: "memory-unit",
    severity: "block",
    what: 'jupyterhub.singleuser.memory.limit is "2Gi".',
    why: "JupyterHub reads K, M, G and T as powers of 1024 and refuses Kubernetes' Ki, Mi, Gi and Ti.",
    fix: 'Write an amount such as "2G".',
    at: { file: "hubs/data8/values/prod.yaml", line: 12 },
    ...change,
  };
}

export const unreachable: Explanation = {
  code: "chart-version-missing",
  what: "https://charts.campanile.example/ has no chart hub 1.0.1.",
  why: "The newest it has: 1.0.0.",
  fix: "Correct the pin, or publish the chart first.",
};

export const PROMOTIONS = ["follows by itself once that is healthy", "follows by itself once that is healthy"];
