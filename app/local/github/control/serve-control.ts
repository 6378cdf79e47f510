import type { FastifyInstance } from "fastify";
import { ZodError } from "zod";
import { ApiError } from "../http/api-error.ts";
import type { GitHubControl } from "./github-control.ts";
import * as inputs from "./inputs.ts";

/** Where each operation is reached, below `/_emulator/`; its input is the body. Reading operations also answer to GET. */
export const CONTROL_PATHS = {
  createUser: "users",
  createOrganization: "organizations",
  createTeam: "teams",
  setCollaborator: "collaborators",
  createRepository: "repositories",
  registerApp: "apps",
  installApp: "installations",
  setWebhook: "webhook",
  pingApp: "ping",
  commit: "commits",
  openPullRequest: "pull-requests",
  addRequestFault: "faults/requests",
  addDeliveryFault: "faults/deliveries",
  releaseDeliveries: "faults/deliveries/release",
  clearFaults: "faults/clear",
  setRateLimit: "rate-limit",
  journal: "journal",
  violations: "violations",
} as const satisfies Record<keyof GitHubControl, string>;

export type ControlOperation = keyof GitHubControl;

/** Does one operation by its name, with an input that nobody has checked yet. */
export async function runControl(control: GitHubControl, operation: ControlOperation, input: unknown): Promise<unknown> {
  switch (operation) {
    case "createUser":
      return control.createUser(inputs.newUser.parse(input));
    case "createOrganization":
      return control.createOrganization(inputs.newOrganization.parse(input));
    case "createTeam":
      return control.createTeam(inputs.newTeam.parse(input));
    case "setCollaborator":
      return control.setCollaborator(inputs.newCollaborator.parse(input));
    case "createRepository":
      return control.createRepository(inputs.newRepository.parse(input));
    case "registerApp":
      return control.registerApp(inputs.newApp.parse(input));
    case "installApp":
      return control.installApp(inputs.newInstallation.parse(input));
    case "setWebhook":
      return control.setWebhook(inputs.webhookChange.parse(input));
    case "pingApp":
      return control.pingApp(inputs.appQuery.parse(input));
    case "commit":
      return control.commit(inputs.newCommit.parse(input));
    case "openPullRequest":
      return control.openPullRequest(inputs.newPullRequest.parse(input));
    case "addRequestFault":
      return control.addRequestFault(inputs.requestFault.parse(input));
    case "addDeliveryFault":
      return control.addDeliveryFault(inputs.deliveryFault.parse(input));
    case "setRateLimit":
      return control.setRateLimit(inputs.rateLimitChange.parse(input));
    case "journal":
      return control.journal(inputs.journalQuery.parse(input));
    default:
      return control[operation]();
  }
}

export const CONTROL_OPERATIONS = Object.keys(CONTROL_PATHS).filter((name): name is ControlOperation => name in CONTROL_PATHS);

export function serveControl(server: FastifyInstance, control: GitHubControl): void {
  for (const operation of CONTROL_OPERATIONS) {
    const url = `/_emulator/${CONTROL_PATHS[operation]}`;
    server.post(url, async (request, reply) => {
      const body = typeof request.body === "string" && request.body !== "" ? JSON.parse(request.body) : {};
      return answer(reply, () => runControl(control, operation, body));
    });
  }
  server.get("/_emulator/violations", (_request, reply) => answer(reply, () => control.violations()));
  // A person or a shell script reads it with `curl`: `/_emulator/journal?after=12&waitSeconds=30`.
  server.get("/_emulator/journal", async (request, reply) => {
    const { searchParams } = new URL(request.url, "http://localhost");
    const number = (name: string) => (searchParams.has(name) ? { [name]: Number(searchParams.get(name)) } : {});
    const text = (name: string) => (searchParams.has(name) ? { [name]: searchParams.get(name) } : {});
    const query = { ...number("after"), ...number("waitSeconds"), ...text("kind"), ...text("name") };
    return answer(reply, () => runControl(control, "journal", query));
  });
}

/** A mistake of the caller is told in words; anything else is a bug and stays loud. */
async function answer(reply: { code: (status: number) => { send: (body: unknown) => unknown } }, work: () => Promise<unknown>) {
  try {
    return reply.code(200).send((await work()) ?? {});
  } catch (error) {
    const isMistake = error instanceof ZodError || error instanceof ApiError;
    return reply.code(isMistake ? 422 : 500).send({ message: error instanceof Error ? error.message : String(error) });
  }
}
