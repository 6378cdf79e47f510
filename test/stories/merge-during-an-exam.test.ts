import { expect, test } from "vitest";
import { calendar, event } from "../load/calendar/ics.ts";
import { openInstitution } from "../world/open-institution.ts";

/** As iCalendar writes a moment. */
const written = (at: Date) => at.toISOString().replace(/[-:]|\.\d+/g, "");

test("a merge during an exam is rolled out to prod, no journey takes a server there, and the pull request says why", async () => {
  const { person, hub, revisions } = await openInstitution({ env: { CAMPANILE_JOURNEYS: "on" } });
  const [start, end] = [-3_600_000, 7_200_000].map((fromNow) => new Date(Date.now() + fromNow)) as [Date, Date];
  const file = `calendars/${hub("data8")}.ics`;
  const midterm = event("SUMMARY:Midterm 1", "CATEGORIES:EXAM", `DTSTART:${written(start)}`, `DTEND:${written(end)}`);
  const hubFile = `hubs/${hub("data8")}/hub.yaml`;
  const pullRequest = await person.openPullRequest("Data 8: the midterm, and a journey on prod", {
    [file]: calendar(midterm),
    [hubFile]: `${await person.readFile(hubFile)}  environments:\n    - prod\n`,
  });
  expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({ conclusion: "success" });
  const merged = await person.merge(pullRequest);

  const until = end.toISOString().slice(0, 16).replace("T", " ");
  const row = `healthy; no journey: exam “Midterm 1” until ${until} UTC (${file}:4)`;
  expect(await person.waitForCheck(merged, "campanile / deploy")).toMatchObject({
    conclusion: "success",
    title: "2 releases rolled out",
    summary: expect.stringContaining(row),
  });
  expect((await person.comments(pullRequest))[0]).toContain(row);
  expect((await revisions(`${hub("data8")}-prod`)).at(-1)).toMatchObject({ status: "deployed", sha: merged });
  expect((await person.checks(merged)).map(({ name }) => name)).not.toContain(`campanile / journey (${hub("data8")}-prod)`);
});
