import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { fitRealNode, type RealNodeParts } from "./fit-real-node.ts";
import { SAMPLE_FLEET_FOLDER, SAMPLE_HUBS } from "./sample-artefacts.ts";
import { canariesIn, encryptSecrets, makeSampleSecrets } from "./sample-secrets.ts";

export interface SeededFleet {
  /** What the `deploy-config` repository holds at its first commit, by path. */
  files: Record<string, string>;
  /** For `SOPS_AGE_KEY_FILE`: opens the secrets in `files` and no others. */
  ageKeyFile: string;
  ageRecipient: string;
  /** Every plaintext in the encrypted files. Found anywhere but in a Secret of the cluster, it has leaked. */
  canaries: string[];
}

/** Not part of a fleet, but of how this one was made. */
const LEFT_OUT = "answers.yaml";

export interface SeedOptions {
  /** Where the private key is written. */
  dir: string;
  sopsBinary: string;
  /** Which hubs of the sample; all when left out. */
  hubs?: readonly string[];
  /** Before each hub's name, so that two institutions on one cluster do not share release names. */
  hubPrefix?: string;
  /** Where what happens must not depend on the day: a hub is left in peace while its exams are held. */
  withoutCalendars?: boolean;
  /** Where the only node is a real one. */
  realNode?: RealNodeParts;
}

/** The sample fleet for one institution: as it is committed, but with secrets made up anew and encrypted for a key of its own. */
export async function seedFleet(options: SeedOptions): Promise<SeededFleet> {
  const identity = await generateX25519Identity();
  const ageRecipient = await identityToRecipient(identity);
  const ageKeyFile = join(options.dir, "age-key.txt");
  await mkdir(options.dir, { recursive: true });
  await writeFile(ageKeyFile, `${identity}\n`, { mode: 0o600 });

  const { hubs = SAMPLE_HUBS, hubPrefix = "", withoutCalendars = false } = options;
  const isOfHub = (path: string) => hubs.some((hub) => path.startsWith(`hubs/${hub}/`));
  const isCalendar = (path: string) => !withoutCalendars && hubs.some((hub) => path === `calendars/${hub}.ics`);
  const sample = await readSample((path) => !/^(?:hubs|calendars)\//.test(path) || isOfHub(path) || isCalendar(path));
  const files = options.realNode ? await fitRealNode(sample, options.realNode) : sample;
  const committedRecipient = /age: (age1[0-9a-z]+)/.exec(files[".sops.yaml"] ?? "")?.[1];
  if (committedRecipient === undefined) throw new Error("the sample's .sops.yaml names no age key");
  files[".sops.yaml"] = (files[".sops.yaml"] ?? "").replaceAll(committedRecipient, ageRecipient);
  const secrets = makeSampleSecrets().filter(({ path }) => isOfHub(path));
  const encrypted = await Promise.all(secrets.map((plain) => encryptSecrets(plain, ageRecipient, options.sopsBinary)));
  secrets.forEach(({ path }, index) => {
    files[path] = encrypted[index] ?? "";
  });
  const renamed = Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path.replace(/^(hubs|calendars)\//, `$1/${hubPrefix}`), text]),
  );
  return { files: renamed, ageKeyFile, ageRecipient, canaries: secrets.flatMap(({ values }) => canariesIn(values)) };
}

async function readSample(isWanted: (path: string) => boolean): Promise<Record<string, string>> {
  const entries = await readdir(SAMPLE_FLEET_FOLDER, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(SAMPLE_FLEET_FOLDER.length + 1)
        .split(sep)
        .join("/"),
    )
    .filter((path) => path !== LEFT_OUT && isWanted(path))
    .sort();
  const texts = await Promise.all(paths.map((path) => readFile(join(SAMPLE_FLEET_FOLDER, path), "utf8")));
  return Object.fromEntries(paths.map((path, index) => [path, texts[index] ?? ""]));
}
