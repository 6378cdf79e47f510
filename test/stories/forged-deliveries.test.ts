import { createHmac, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { BY_THE_CLOCK } from "../world/by-the-clock.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";

const MEGABYTE = 1024 * 1024;

test("what GitHub did not sign, what is no JSON and what is too large is refused, and nothing of it is stored or begun", async () => {
  const scene = await openInstitution();
  const { institution, person } = scene;
  const forged = JSON.stringify(await pushOf(scene));
  const signed = (body: string | Buffer, secret = institution.webhookSecret) => ({
    "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
  });
  const tooLarge = Buffer.alloc(26 * MEGABYTE + 1, " ");
  const before = await dump(scene);

  const refused: [string, number, string | Buffer, Record<string, string>][] = [
    ["a forged signature", 401, forged, signed(forged, "guessed-by-somebody-who-read-the-source")],
    ["the signature of another body", 401, forged, signed(`${forged} `)],
    ["no signature", 400, forged, {}],
    ["signed, but no JSON", 400, "payload=%7B%7D", signed("payload=%7B%7D")],
    ["signed, but larger than GitHub sends", 413, tooLarge, signed(tooLarge)],
  ];
  for (const [what, status, body, headers] of refused) {
    const answer = await post(`${institution.campanileUrl}/api/github/webhooks`, body, headers);
    expect(answer.status, what).toBe(status);
    expect(answer.text, what).toMatch(/^\{"error":"[A-Z][^"]+"\}$/);
    expect(answer.text, what).not.toContain(institution.webhookSecret);
  }
  expect(await dump(scene)).toEqual(before);
  expect(await readFile(institution.campanile.logFile, "utf8")).not.toContain(institution.webhookSecret);

  // The same push, signed with the secret that GitHub has, is taken: it was nothing else that was wrong with it.
  const good = await post(`${institution.campanileUrl}/api/github/webhooks`, forged, signed(forged));
  expect([good.status, good.text]).toEqual([202, JSON.stringify({ status: "queued" })]);
  const { sha } = await pushOf(scene);
  await person.until("its rollout is begun", async () =>
    (await person.checks(sha)).find(({ name }) => name === "campanile / deploy"),
  );
});

/** A push of the default branch as it stands, such as anybody can write down who can read the repository. */
async function pushOf({ institution, world }: Scene) {
  const response = await fetch(`${world.github.apiUrl}/repos/${institution.repository}/commits/main`, {
    headers: { authorization: `token ${institution.token}` },
  });
  const { sha } = (await response.json()) as { sha: string };
  return {
    ref: "refs/heads/main",
    after: sha,
    deleted: false,
    repository: { full_name: institution.repository, default_branch: "main" },
    installation: { id: institution.installationId },
    sha,
  };
}

/** Sends the first part of the body and waits for the answer if it is a large one: a refusal must not wait for the rest. */
function post(url: string, body: string | Buffer, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const outgoing = request(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "x-github-delivery": randomUUID(),
      "x-github-event": "push",
      ...headers,
    },
  });
  outgoing.once("response", async (response) => {
    resolve({ status: response.statusCode ?? 0, text: await text(response) });
    outgoing.destroy();
  });
  outgoing.once("error", reject);
  if (body.length > MEGABYTE) outgoing.write(body.slice(0, 1_000));
  else outgoing.end(body);
  return promise;
}

/** Every row that Campanile has stored of deliveries and of what follows from them. */
async function dump({ institution }: Scene): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: institution.databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  const tables = ["dbos.workflow_status", "campanile.deploy", "campanile.pull_request_comment", "campanile.rollout"];
  const rows = [];
  for (const table of tables) rows.push(...(await client.query(`select to_jsonb(t) as row from ${table} t`)).rows);
  // Its own round of looking for missed deliveries comes whenever its minute comes.
  return rows.filter(({ row }) => !BY_THE_CLOCK.includes(String(row.name)));
}
