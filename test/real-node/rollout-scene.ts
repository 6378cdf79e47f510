import path from "node:path";
import { execa } from "execa";
import pg from "pg";
import { startKeeper } from "../../app/local/world/keep-processes.ts";
import { type CheckRun, createPerson, type Person } from "../../app/local/world/person.ts";
import { type Institution, startInstitution } from "../../app/local/world/start-institution.ts";
import { makeFolder } from "../local/world/make-folder.ts";
import { imageDigest } from "./image-digest.ts";
import { runRealWorld } from "./run-real-world.ts";

/** Of what Data 8's journey is. */
export const HUB_FILE = "hubs/data8/hub.yaml";

export interface KeptJourney {
  release_id: string;
  outcome: string;
  by_clock: boolean;
}

/** A university with one hub on a real node, whose Campanile is known by GitHub alone. */
export interface RolloutScene {
  institution: Institution;
  person: Person;
  kubectl(...args: string[]): Promise<string>;
  /** Both environments' pins, with the user image of this tag. */
  pinsTo(tag: string): Promise<Record<string, string>>;
  /** By a pull request whose checks are green. @returns the commit, how its rollout ended, and what its comment says then */
  merge(title: string, files: Record<string, string>): Promise<{ sha: string; check: CheckRun; comment: string }>;
  waitForDeploy(sha: string): Promise<CheckRun>;
  /** Every journey that is kept, oldest first. */
  journeys(): Promise<KeptJourney[]>;
  /** Names of the probe's servers that are there, in either environment. */
  servers(namespace: string): Promise<string[]>;
  stop(): Promise<void>;
}

export async function openRolloutScene(): Promise<RolloutScene> {
  const folder = await makeFolder();
  const keeper = startKeeper();
  const world = await runRealWorld(path.join(folder.dir, "world"));
  const onCrash = (message: string) => process.stderr.write(`${message}\n`);
  const institution = await startInstitution(world, {
    owner: "berkeley",
    appId: 8,
    keeper,
    onCrash,
    hubs: ["data8"],
    withoutCalendars: true,
  });
  await institution.campanile.start();
  const person = createPerson(world, institution);

  const kubectl = async (...args: string[]) =>
    (await execa(world.tools.kubectl ?? "kubectl", args, { env: { KUBECONFIG: world.kubeconfig } })).stdout;

  const waitForDeploy = (sha: string) =>
    person.until(
      "the rollout ends",
      async () => (await person.checks(sha)).find(({ name, conclusion }) => name === "campanile / deploy" && conclusion !== ""),
      600,
    );

  return {
    institution,
    person,
    kubectl,
    waitForDeploy,

    async pinsTo(tag) {
      const digest = await imageDigest(world.registry, "user-data8", tag);
      const files: Record<string, string> = {};
      for (const environment of ["staging", "prod"]) {
        const file = `hubs/data8/pins/${environment}.yaml`;
        const [before = "", image = ""] = (await person.readFile(file)).split(/(?=^image:)/m);
        files[file] = before + image.replace(/tag: .*/, `tag: "${tag}"`).replace(/digest: .*/, `digest: ${digest}`);
      }
      return files;
    },

    async merge(title, files) {
      const pullRequest = await person.openPullRequest(title, files);
      const { conclusion, summary } = await person.waitForCheck(pullRequest.headSha, "campanile");
      if (conclusion !== "success") throw new Error(`“${title}” cannot be merged: ${summary}`);
      const sha = await person.merge(pullRequest);
      const check = await waitForDeploy(sha);
      return { sha, check, comment: (await person.comments(pullRequest)).join("\n") };
    },

    async journeys() {
      const client = new pg.Client({ connectionString: institution.databaseUrl });
      await client.connect();
      const { rows } = await client.query<KeptJourney>(
        "select release_id, outcome, deploy_id is null as by_clock from journey order by started_at",
      );
      await client.end();
      return rows;
    },

    async servers(namespace) {
      const selector = ["--selector", "component=singleuser-server", "--output", "jsonpath={.items[*].metadata.name}"];
      return (await kubectl("--namespace", namespace, "get", "pods", ...selector)).split(" ").filter(Boolean);
    },

    async stop() {
      await keeper.close();
      world.signal("SIGTERM");
      await world.ended;
      await folder.remove();
    },
  };
}
