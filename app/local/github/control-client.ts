import type { GitHubControl } from "./control/github-control.ts";
import { CONTROL_PATHS, type ControlOperation } from "./control/serve-control.ts";

/**
 * Controls an emulated GitHub that runs in another process.
 * @param url its origin, as its ready line says it
 */
export function createControlClient(url: string): GitHubControl {
  async function post<T>(operation: ControlOperation, input: unknown = {}): Promise<T> {
    const response = await fetch(`${url}/_emulator/${CONTROL_PATHS[operation]}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input, bytesAsBase64),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`The emulated GitHub did not ${operation}: ${answer}`);
    return JSON.parse(answer);
  }
  return {
    createUser: (input) => post("createUser", input),
    createOrganization: (input) => post("createOrganization", input),
    createTeam: (input) => post("createTeam", input),
    setCollaborator: (input) => post("setCollaborator", input),
    createRepository: (input) => post("createRepository", input),
    registerApp: (input) => post("registerApp", input),
    installApp: (input) => post("installApp", input),
    setWebhook: (input) => post("setWebhook", input),
    pingApp: (input) => post("pingApp", input),
    commit: (input) => post("commit", input),
    openPullRequest: (input) => post("openPullRequest", input),
    addRequestFault: (input) => post("addRequestFault", input),
    addDeliveryFault: (input) => post("addDeliveryFault", input),
    releaseDeliveries: () => post("releaseDeliveries"),
    clearFaults: () => post("clearFaults"),
    setRateLimit: (input) => post("setRateLimit", input),
    journal: (input) => post("journal", input),
    violations: () => post("violations"),
  };
}

/** JSON has no bytes. A Buffer has turned itself into an object of numbers by the time the replacer sees it. */
function bytesAsBase64(this: unknown, key: string, value: unknown): unknown {
  const original: unknown =
    typeof this === "object" && this !== null ? Object.entries(this).find(([name]) => name === key)?.[1] : value;
  return original instanceof Uint8Array ? { base64: Buffer.from(original).toString("base64") } : value;
}
