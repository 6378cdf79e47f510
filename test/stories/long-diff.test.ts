import { expect, test } from "vitest";
import { openInstitution } from "../world/open-institution.ts";

const MINUTES = 60_000;
const VARIABLES = 1_500;
const PAGE = "campanile / diff (staging), page ";

test(
  "a diff that is too long for one check can be read to its end, in further checks that have no verdict",
  async () => {
    const { person, hub } = await openInstitution({ hubs: ["data8"] });
    const file = `hubs/${hub("data8")}/values/staging.yaml`;
    const before = await person.readFile(file);
    const names = Array.from({ length: VARIABLES }, (_, index) => `VARIABLE_${index}_${"X".repeat(60)}`);
    const lines = names.map((name) => `      ${name}: "${"y".repeat(60)}"\n`).join("");
    const changed = before.replace(/^ {2}singleuser:\n|^jupyterhub:\n/m, (line) =>
      line.startsWith(" ") ? `${line}    extraEnv:\n${lines}` : `${line}  singleuser:\n    extraEnv:\n${lines}`,
    );
    const pullRequest = await person.openPullRequest("Many variables", { [file]: changed });
    const check = await person.waitForCheck(pullRequest.headSha, "campanile / diff (staging)");
    expect(check.conclusion).toBe("success");
    await person.waitForCheck(pullRequest.headSha, "campanile");
    const checks = await person.checks(pullRequest.headSha);
    const pages = checks.filter(({ name }) => name.startsWith(PAGE)).sort((a, b) => a.name.localeCompare(b.name));
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.map(({ name, conclusion, title }) => [name, conclusion, title])).toEqual(
      pages.map((_, index) => [`${PAGE}${index + 2}`, "neutral", `Page ${index + 2} of ${pages.length + 1}`]),
    );
    const links = check.text.match(/(?<=\[page \d\]\()[^)]+(?=\))/g) ?? [];
    expect(links).toHaveLength(pages.length);
    for (const link of links) expect(await fetch(link)).toMatchObject({ status: 200 });
    const all = [check, ...pages].map(({ text }) => text).join("\n");
    for (const name of names) expect(all).toContain(name);

    const shorter = await person.pushTo(pullRequest, "Without them", { [file]: before });
    await person.waitForCheck(shorter, "campanile");
    const later = await person.checks(shorter);
    expect(later.filter(({ name }) => name.startsWith(PAGE))).toEqual([]);
    expect([...checks, ...later].filter(({ conclusion }) => conclusion === "")).toEqual([]);
  },
  3 * MINUTES,
);
