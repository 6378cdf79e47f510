import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createCheckRuns } from "../../app/adapters/github/check-runs.ts";
import { connectGitHub } from "../../app/adapters/github/connect-github.ts";
import { createOwnIssues } from "../../app/adapters/github/own-issues.ts";
import type { JourneyReport, Outcome, StepReport } from "../../app/journey/journey.ts";
import { outcomeOf } from "../../app/journey/journey.ts";
import { tellJourney } from "../../app/pipeline/tell-journey.ts";
import type { Occasion } from "../../app/report/journey-check.ts";
import { useGitHub } from "../local/github/github-fixture.ts";

const world = useGitHub();
const CLOCK: Occasion = { kind: "clock" };
const ROLLOUT: Occasion = { kind: "rollout", revision: 7 };

const works: Outcome = { kind: "works", says: "it works" };
const brokenBy = (code: string): Outcome => ({
  kind: "broken",
  fault: "hub",
  explanation: { code, what: `It is ${code} for @students.`, why: "So it is.", fix: "Mend it." },
});
const untold: Outcome = {
  kind: "could-not-tell",
  explanation: { code: "no-capacity", what: "No room.", why: "Full.", fix: "Wait." },
};

function journey(startedAt: string, outcome: Outcome): JourneyReport {
  const step: StepReport = { step: "hub", title: "The hub answers", outcome, latencyMs: 9, budgetSeconds: 60, evidence: [] };
  return { release: "data8-prod", user: "campanile-probe", startedAt, outcome: outcomeOf([step]), steps: [step] };
}

/** A repository, and this App's way to tell of journeys on its newest commit. */
async function openRepository({
  appId,
  privateKey,
  installationId,
}: {
  appId: number;
  privateKey: KeyObject;
  installationId: number;
}) {
  const { owner, repo, headSha } = await world.createRepository();
  const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const log = pino({ level: "silent" });
  const github = connectGitHub({ appId, privateKeyPem, apiUrl: world.github.url, log, redactDeep: (value) => value });
  const ports = { addCheck: createCheckRuns(github).addCheck, ...createOwnIssues(github) };
  const source = { repository: `${owner}/${repo}`, installationId, defaultBranch: "main" };
  const { issues, checks } = world.app.rest;
  return {
    owner,
    repo,
    tell: (report: JourneyReport, occasion: Occasion) =>
      tellJourney(ports, { source, headSha, workId: "work", report, occasion }),
    issues: async () => (await issues.listForRepo({ owner, repo, state: "all" })).data.toReversed(),
    comments: async (issue_number: number) =>
      (await issues.listComments({ owner, repo, issue_number })).data.map(({ body }) => body ?? ""),
    checks: async () => (await checks.listForRef({ owner, repo, ref: headSha, filter: "all" })).data.check_runs,
  };
}

test("a hub that breaks has one issue until it works again, however often it is told, and another when it breaks once more", async () => {
  const { owner, repo, tell, issues, comments, checks } = await openRepository(world);
  const marker = "<!-- campanile: students cannot work on data8-prod -->";
  const { data: bens } = await world.as(world.tokens.ben).rest.issues.create({ owner, repo, title: "Mine", body: marker });

  const first = journey("2026-11-26T15:30:00.000Z", brokenBy("hub-down"));
  const page = await tell(first, CLOCK);
  expect(await tell(first, CLOCK)).toBe(page);
  expect((await checks()).map(({ html_url, conclusion }) => [html_url, conclusion])).toEqual([[page, "failure"]]);
  const [, issue] = await issues();
  expect(await issues()).toHaveLength(2);
  expect(issue).toMatchObject({ state: "open", title: "Students cannot work on data8-prod: It is hub-down for @students." });
  expect(issue?.body).toContain(
    `**What to do:** Mend it. (\`hub-down\`)\n\n[All that was seen](${page}) at 2026-11-26 15:30 UTC.`,
  );
  expect(issue?.body).not.toContain("@students");

  const number = issue?.number ?? 0;
  const again = await tell(journey("2026-11-26T16:30:00.000Z", brokenBy("hub-down")), CLOCK);
  expect((await issues())[1]?.body).toContain(again);
  await tell(journey("2026-11-26T17:30:00.000Z", untold), CLOCK);
  expect(await comments(number)).toEqual([]);

  const other = journey("2026-11-26T18:30:00.000Z", brokenBy("other-image"));
  for (let time = 0; time < 2; time++) await tell(other, CLOCK);
  expect((await issues())[1]).toMatchObject({ title: "Students cannot work on data8-prod: It is other-image for @students." });
  expect(await comments(number)).toEqual([
    expect.stringContaining("Something else is broken now, seen at 2026-11-26 18:30 UTC."),
  ]);

  const mended = journey("2026-11-26T19:30:00.000Z", works);
  for (let time = 0; time < 2; time++) await tell(mended, ROLLOUT);
  expect((await issues()).map(({ state }) => state)).toEqual(["open", "closed"]);
  expect((await comments(number))[1]).toContain("A student can get to work on data8-prod again, seen at 2026-11-26 19:30 UTC.");
  expect(await comments(number)).toHaveLength(2);
  expect(await comments(bens.number)).toEqual([]);

  await tell(journey("2026-11-26T20:30:00.000Z", brokenBy("hub-down")), CLOCK);
  expect((await issues()).map(({ state }) => state)).toEqual(["open", "closed", "open"]);
});

test("a rollout that breaks a hub is told by its pull request, and opens no issue", async () => {
  const { tell, issues } = await openRepository(world);
  await tell(journey("2026-11-26T15:30:00.000Z", brokenBy("hub-down")), ROLLOUT);
  expect(await issues()).toEqual([]);
});

test("an App that may write no issues still shows the journey", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { control } = world.github;
  const appId = 4712;
  await control.registerApp({
    appId,
    slug: "without-issues",
    owner: "college",
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    webhookUrl: world.receiver.url,
    webhookSecret: "of-the-other-app",
    permissions: { checks: "write", contents: "read" },
    events: [],
  });
  const { installationId } = await control.installApp({ appId, account: "college" });
  const { tell, issues, checks } = await openRepository({ appId, privateKey, installationId });
  const page = await tell(journey("2026-11-26T15:30:00.000Z", brokenBy("hub-down")), CLOCK);
  expect((await checks()).map(({ html_url }) => html_url)).toEqual([page]);
  expect(await issues()).toEqual([]);
});
