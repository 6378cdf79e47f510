import { z } from "zod";
import { isTimeZone, leastPauseMinutes } from "../../domain/cron.ts";
import { parseQuantity } from "../../domain/quantity.ts";

/** Why a value of a format is refused and what to write instead. The zod message of each format is a key of this table. */
export const RULES = {
  "not-empty": { why: "People read it in comments and checks.", fix: "Write a few words." },
  name: {
    why: "It becomes part of Helm release names, namespaces and file names: lower-case letters, digits and dashes, a letter first, at most 30 characters.",
    fix: 'Write a name such as "data8".',
  },
  namespace: {
    why: "Kubernetes takes lower-case letters, digits and dashes, at most 63.",
    fix: 'Write a name such as "data8-prod".',
  },
  "exact-version": {
    why: "A pin names exactly one version; ranges and wildcards would change what runs without a commit.",
    fix: 'Write a full version such as "4.4.0".',
  },
  "kubernetes-version": {
    why: "Charts compare it with the versions they support.",
    fix: 'Write the version that the cluster runs, such as "1.36.3".',
  },
  digest: {
    why: "A digest is sha256: and 64 lower-case hex digits; it makes sure that what was tested is what runs.",
    fix: "Copy the digest from the registry or the chart repository, whose index.yaml leaves out sha256: before it.",
  },
  "image-name": {
    why: "It is the image's registry and repository in lower case, without tag and digest.",
    fix: 'Write a name such as "registry.example.edu/user-data8", and the tag and digest under their own keys.',
  },
  "image-tag": {
    why: "A tag is letters, digits, dots, dashes and underscores, at most 128 characters.",
    fix: 'Write the tag in quotes, such as "2026.11.1".',
  },
  "web-address": {
    why: "Students and Campanile reach the hub at it.",
    fix: "Write a full address that begins with https:// or http://.",
  },
  "chart-repository": {
    why: "Campanile fetches charts over HTTP or from an OCI registry.",
    fix: "Write an address that begins with https://, http:// or oci://.",
  },
  "chart-mirror": {
    why: "What files of the fleet name is fetched from public addresses only, encrypted, so that nobody can lead Campanile into its own network.",
    fix: "Write an address that begins with https:// or oci://.",
  },
  "value-path": {
    why: "It is the path of the image in the chart's values, its keys joined by dots.",
    fix: 'Write a path such as "jupyterhub.singleuser.image".',
  },
  promotion: {
    why: "A release starts by itself (auto), a while after the environment before it was verified (after 30m, after 2h, after 1d), or when a person says so (manual).",
    fix: 'Write "auto", "manual" or "after 2h".',
  },
  students: { why: "It is a number of people.", fix: "Write a whole number such as 1500." },
  repository: { why: "It is a repository on GitHub.", fix: 'Write "owner/name".' },
  "python-package": {
    why: "It is what stands after import in a notebook: letters, digits and underscores, parts joined by dots.",
    fix: 'Write a name such as "numpy" or "matplotlib.pyplot".',
  },
  "interact-link": {
    why: "It is the link in the syllabus that pulls the material into a student's server and opens it: it has git-pull?repo= in it.",
    fix: "Copy the link from the syllabus, from https:// to its end.",
  },
  "content-path": {
    why: "It is a file or folder of the course's repository, from its top: parts joined by slashes, and nothing that leads out of it.",
    fix: 'Write a path such as "probe/blank.ipynb".',
  },
  "probe-user": {
    why: "It is the name of a user whom the hub makes for Campanile: lower-case letters, digits and dashes, a letter first.",
    fix: 'Write a name such as "campanile-probe", the same as in the role that hub.loadRoles gives it.',
  },
  cron: {
    why: "It says when, as minute, hour, day of the month, month and day of the week, with at least a quarter of an hour between two times: a journey takes a server for about a minute.",
    fix: 'Write times such as "30 7 * * 1-5" (half past seven from Monday to Friday) or "0 */6 * * *" (every six hours).',
  },
  "time-zone": {
    why: "Times are those of a place, with its summer time.",
    fix: 'Write a name such as "America/Los_Angeles".',
  },
  memory: {
    why: "JupyterHub reads K, M, G and T as powers of 1024 and refuses Kubernetes' Ki, Mi, Gi and Ti.",
    fix: 'Write an amount such as "2G".',
  },
  quantity: {
    why: "Kubernetes tells what a node has in its own units: cores or thousandths of them (7910m), bytes or Ki, Mi and Gi of them.",
    fix: "Copy what kubectl describe node shows under Allocatable.",
  },
  count: { why: "It is a number of things.", fix: "Write a whole number." },
  "pool-name": {
    why: "It is the value of a label on the nodes: letters, digits, dashes, dots and underscores, at most 63.",
    fix: "Copy the name of the pool from the cloud's console or the nodes' labels.",
  },
  "rule-code": { why: "A waiver is for one rule.", fix: "Write the code that the finding shows; campanile rules lists them." },
  day: {
    why: "A waiver holds until the end of a day, so that nobody forgets it.",
    fix: 'Write year, month and day, such as "2026-12-18".',
  },
  "age-recipient": {
    why: "Secrets are encrypted for an age key; its public half begins with age1.",
    fix: "Make a key with age-keygen and write the public key that it prints. Keep the private half out of the repository.",
  },
  "at-least-one": { why: "A fleet without any has nothing to deploy to.", fix: "Add one." },
} as const;

export type RuleName = keyof typeof RULES;

export function isRuleName(text: string): text is RuleName {
  return Object.hasOwn(RULES, text);
}

/** Editors show `patternErrorMessage`; without it they would show the pattern. @see vscode-json-languageservice, JSON Schema extensions */
const text = (rule: RuleName, pattern: RegExp, lengthLimit = 300) =>
  z
    .string()
    .max(lengthLimit, rule)
    .regex(pattern, rule)
    .meta({ patternErrorMessage: `${RULES[rule].why} ${RULES[rule].fix}` });

export const notEmpty = text("not-empty", /\S/);
export const name = text("name", /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/, 30);
export const namespace = text("namespace", /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 63);
export const exactVersion = text("exact-version", /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/, 100);
export const kubernetesVersion = text("kubernetes-version", /^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/, 60);
export const digest = text("digest", /^sha256:[0-9a-f]{64}$/);
export const imageName = text("image-name", /^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+$/);
export const imageTag = text("image-tag", /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 128);
export const webAddress = text("web-address", /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/);
export const chartRepository = text("chart-repository", /^(?:https?|oci):\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/);
export const chartMirror = text("chart-mirror", /^(?:https|oci):\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/);
export const valuePath = text("value-path", /^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*$/);
export const promotion = text("promotion", /^(?:auto|manual|after [1-9]\d{0,3}[mhd])$/);
export const pythonPackage = text("python-package", /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/, 100);
export const interactLink = text("interact-link", /^https?:\/\/[^\s/?#@]+\/\S*git-pull\?\S*\brepo=\S+$/, 2_000);
export const contentPath = text("content-path", /^(?!\.{0,2}(?:\/|$))(?!.*\/\.{1,2}(?:\/|$))[^\s"'\\][^"'\\\n]*$/);
export const probeUser = text("probe-user", /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/, 40);
export const repository = text("repository", /^[A-Za-z0-9][\w.-]*\/[\w.-]+$/);

/** Closer together, a probe would be on the hub more often than not. */
const LEAST_PAUSE_MINUTES = 15;
export const cron = z
  .string()
  .max(100, "cron")
  .refine((value) => (leastPauseMinutes(value) ?? 0) >= LEAST_PAUSE_MINUTES, "cron");
export const timeZone = z.string().max(60, "time-zone").refine(isTimeZone, "time-zone");

export const poolName = text("pool-name", /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/, 63);
export const ruleCode = text("rule-code", /^[a-z]+(?:-[a-z]+)*$/, 60);
export const day = z.iso.date("day");
export const count = z.int("count").min(0, "count").max(1_000_000, "count");
/** What Kubernetes says of its nodes: `7910m`, `56Gi`, `60929654784`. */
export const quantity = z
  .union([z.string().max(40, "quantity"), z.number("quantity")], "quantity")
  .refine((value) => (parseQuantity(value) ?? 0) > 0, "quantity");

/** What may stand in a Helm release and a namespace, with an environment after it. */
export function isReleasePart(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(text);
}

export function isHubName(folder: string): boolean {
  return name.safeParse(folder).success;
}
