import { isJsonObject, type JsonObject } from "../domain/json.ts";
import { parseNanos } from "../domain/quantity.ts";
import { valueAt } from "../domain/value-at.ts";

/** `exceeded quota: q, requested: requests.memory=2Gi, used: requests.memory=1Gi, limited: requests.memory=2Gi` */
const EXCEEDED = /requested: (.*), used: (.*), limited: (.*)$/;

/**
 * Whether a pod that a quota refuses fits once the pod that it replaces is gone.
 * @param message the API server's refusal
 * @param replaced spec of the pod that ends first
 */
export function hasRoomAfter(message: string, replaced: JsonObject): boolean {
  const [, requested, used, limited] = EXCEEDED.exec(message.trim()) ?? [];
  if (requested === undefined || used === undefined || limited === undefined) return false;
  const [wanted, taken, most] = [amountsIn(requested), amountsIn(used), amountsIn(limited)];
  return [...wanted].every(([resource, amount]) => {
    const sum = amount + (taken.get(resource) ?? 0n) - usedBy(replaced, resource);
    return sum <= (most.get(resource) ?? 0n);
  });
}

function amountsIn(text: string): Map<string, bigint> {
  return new Map(
    text.split(",").flatMap((pair) => {
      const [resource = "", amount = ""] = pair.split("=");
      const nanos = parseNanos(amount);
      return nanos === undefined ? [] : [[resource, nanos] as const];
    }),
  );
}

const ONE = 10n ** 9n;

/** @param resource as quotas call it: `pods`, `count/pods`, `requests.cpu`, `limits.memory`, or `memory`, which is what is requested */
function usedBy(pod: JsonObject, resource: string): bigint {
  if (resource === "pods" || resource === "count/pods") return ONE;
  const [, kind = "requests", name = ""] = /^(?:(requests|limits)\.)?(.*)$/.exec(resource) ?? [];
  const containers = Array.isArray(pod.containers) ? pod.containers.filter(isJsonObject) : [];
  return containers.reduce((sum, container) => {
    const amount = valueAt(container, ["resources", kind, name]);
    return sum + (amount === undefined ? 0n : (parseNanos(String(amount)) ?? 0n));
  }, 0n);
}
