import { beforeAll, describe, expect, test } from "vitest";
import { type LoadedFleet, loadFleet } from "../../app/load/load-fleet.ts";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { readFolder, treeOf } from "./config-trees.ts";

let sample: Record<string, string>;
beforeAll(async () => {
  sample = await readFolder(SAMPLE_FLEET_FOLDER);
});

const SHA = "5".repeat(40);
const load = (files: Record<string, string>) => loadFleet(treeOf(files), SHA);

/** The sample with some files edited; null removes one. */
async function loadEdited(edits: Record<string, ((text: string) => string) | string | null>): Promise<LoadedFleet> {
  const files = { ...sample };
  for (const [path, edit] of Object.entries(edits)) {
    const before = files[path];
    if (edit === null) delete files[path];
    else if (typeof edit === "string") files[path] = edit;
    else {
      const after = edit(before ?? "");
      expect(after, `the edit of ${path} changes nothing`).not.toBe(before);
      files[path] = after;
    }
  }
  return load(files);
}

const HUB = "hubs/data8/hub.yaml";
const PINS = "hubs/data8/pins/prod.yaml";
const VALUES = "hubs/data8/values/common.yaml";
const SECRETS = "hubs/data8/secrets/prod.yaml";
const replace = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);
const lineOf = (path: string, needle: string) => (sample[path] ?? "").split("\n").findIndex((line) => line.includes(needle)) + 1;

/** A text's placeholder: what it is for, and which version of it. */
const standIn = (path: string) =>
  expect.stringMatching(new RegExp(`^campanile-placeholder:${path.replaceAll(".", "\\.")}:[0-9a-f]{8}$`));

describe("a fleet without fault", () => {
  test("has its hubs by name and its environments in promotion order", async () => {
    const { fleet, findings } = await load(sample);
    expect(findings).toEqual([]);
    expect(fleet?.sha).toBe(SHA);
    expect(fleet?.environments).toEqual([
      { name: "staging", promotion: { kind: "auto" } },
      { name: "prod", promotion: { kind: "auto" } },
    ]);
    expect(fleet?.hubs.map(({ name, environments }) => [name, environments.map(({ namespace }) => namespace)])).toEqual([
      ["data100", ["data100-staging", "data100-prod"]],
      ["data8", ["data8-staging", "data8-prod"]],
      ["prob140", ["prob140-staging", "prob140-prod"]],
    ]);
  });

  test("gives each release its layers in Helm's order, shared values lowest and secrets last", async () => {
    const { fleet } = await load(sample);
    const prod = fleet?.hubs.find(({ name }) => name === "data8")?.environments[1];
    expect(prod?.valueLayers.map(({ kind, file }) => [kind, file])).toEqual([
      ["plain", "values/common.yaml"],
      ["plain", "values/prod.yaml"],
      ["plain", VALUES],
      ["plain", "hubs/data8/values/prod.yaml"],
      ["encrypted", SECRETS],
    ]);
    expect(prod?.imageValuePath).toBe("jupyterhub.singleuser.image");
    expect(prod?.pins.hub.repository).toBe("https://charts.campanile.example/");
  });

  test("shows secrets by their shape, and the metadata of sops not at all", async () => {
    const { fleet } = await load(sample);
    const secrets = fleet?.hubs.find(({ name }) => name === "data8")?.environments[1]?.valueLayers.at(-1);
    expect(secrets?.kind === "encrypted" && secrets.shape).toEqual({
      jupyterhub: {
        hub: {
          config: {
            GoogleOAuthenticator: {
              client_id: standIn("jupyterhub.hub.config.GoogleOAuthenticator.client_id"),
              client_secret: standIn("jupyterhub.hub.config.GoogleOAuthenticator.client_secret"),
            },
          },
          cookieSecret: standIn("jupyterhub.hub.cookieSecret"),
          services: { grader: { apiToken: standIn("jupyterhub.hub.services.grader.apiToken") } },
        },
        proxy: { secretToken: standIn("jupyterhub.proxy.secretToken") },
      },
    });
  });

  test("knows where a merged value was written: the topmost file that has it", async () => {
    const { placeOfValue } = await load(sample);
    const place = (environment: string, path: string) => placeOfValue("data8", environment, path.split("."));
    expect(place("prod", "jupyterhub.hub.concurrentSpawnLimit")?.file).toBe("hubs/data8/values/prod.yaml");
    expect(place("staging", "jupyterhub.hub.concurrentSpawnLimit")?.file).toBe("values/staging.yaml");
    expect(place("prod", "jupyterhub.singleuser.memory.limit")).toEqual({
      file: VALUES,
      line: lineOf(VALUES, "limit: 2G"),
      column: 7,
    });
    expect(place("prod", "jupyterhub.debug.enabled")).toBeUndefined();
  });

  test("may leave out what has a default", async () => {
    const { fleet, findings } = await loadEdited({
      "campanile.yaml": (text) => text.replaceAll("    cluster: courses\n", "").replace("    promotion: auto\n", ""),
      "values/common.yaml": null,
      "values/staging.yaml": "# nothing yet\n",
      [SECRETS]: null,
    });
    expect(findings).toEqual([]);
    expect(fleet?.environments[1]?.promotion).toEqual({ kind: "manual" });
    expect(fleet?.hubs[0]?.environments[0]?.cluster).toBe("courses");
  });

  test("may wait before it is promoted", async () => {
    const { fleet } = await loadEdited({ "campanile.yaml": replace("promotion: auto", "promotion: after 2h") });
    expect(fleet?.environments[1]?.promotion).toEqual({ kind: "after-soak", soakSeconds: 7200 });
  });
});

describe("a fault is a finding on its line, and the fleet is not used", () => {
  type Edits = Parameters<typeof loadEdited>[0];
  const cases: [string, Edits, string, string, () => number, RegExp][] = [
    ["no campanile.yaml", { "campanile.yaml": null }, "missing-file", "campanile.yaml", () => 1, /Add the file/],
    [
      "a misspelt key",
      { [HUB]: replace("students:", "studens:") },
      "unknown-key",
      HUB,
      () => lineOf(HUB, "students:"),
      /Did you mean "students"/,
    ],
    [
      "a key of another place",
      { [HUB]: replace("title:", "windows: {}\ntitle:") },
      "unknown-key",
      HUB,
      () => lineOf(HUB, "title:"),
      /Keys known here: title, owners/,
    ],
    [
      "a nested misspelt key",
      { [PINS]: replace("  tag:", "  tags:") },
      "unknown-key",
      PINS,
      () => lineOf(PINS, "  tag:"),
      /Did you mean "tag"/,
    ],
    [
      "a missing key",
      { [PINS]: replace(/ {2}tag: .*\n/, "") },
      "missing-key",
      PINS,
      () => lineOf(PINS, "image:"),
      /Add the key "tag" with text/,
    ],
    [
      "a tag without quotes that is a number",
      { [PINS]: replace('"2026.11.1"', "2026.11") },
      "invalid-value",
      PINS,
      () => lineOf(PINS, "  tag:"),
      /quotes/,
    ],
    [
      "a digest cut short",
      { [PINS]: replace(/(sha256:.{20}).*"$/m, '$1"') },
      "invalid-value",
      PINS,
      () => lineOf(PINS, "digest:"),
      /Copy the digest/,
    ],
    [
      "a version range",
      { [PINS]: replace('version: "1.0.0"', 'version: "^1.0"') },
      "invalid-value",
      PINS,
      () => lineOf(PINS, "version:"),
      /4\.4\.0/,
    ],
    [
      "an image with its tag in the name",
      { [PINS]: replace('user-data8"', 'user-data8:latest"') },
      "invalid-value",
      PINS,
      () => lineOf(PINS, "name:"),
      /under their own keys/,
    ],
    [
      "a chart nobody publishes",
      { [PINS]: replace('chart: "hub"', 'chart: "hubs"') },
      "unknown-chart",
      PINS,
      () => lineOf(PINS, "chart:"),
      /Did you mean "hub"/,
    ],
    ["no pins for an environment", { [PINS]: null }, "missing-file", PINS, () => 1, /Add the file/],
    ["no hub.yaml", { [HUB]: null }, "missing-file", HUB, () => 1, /Add the file/],
    [
      "an unknown environment",
      { [HUB]: replace("  prod:", "  production:"), [PINS]: null, "hubs/data8/values/prod.yaml": null, [SECRETS]: null },
      "unknown-environment",
      HUB,
      () => lineOf(HUB, "  prod:"),
      /staging, prod/,
    ],
    [
      "an unknown cluster",
      { [HUB]: replace("  prod:\n", "  prod:\n    cluster: coarses\n") },
      "unknown-cluster",
      HUB,
      () => lineOf(HUB, "  prod:") + 1,
      /courses/,
    ],
    [
      "an address without https",
      { [HUB]: replace("url: https://data8.", "url: data8.") },
      "invalid-value",
      HUB,
      () => lineOf(HUB, "url: https://data8."),
      /https:\/\//,
    ],
    [
      "a grader nobody knows",
      { [HUB]: replace("otter-service", "otter") },
      "invalid-value",
      HUB,
      () => lineOf(HUB, "kind:"),
      /one of them/,
    ],
    [
      "an environment listed twice",
      { "campanile.yaml": replace("name: prod", "name: staging"), "hubs/data8/pins/staging.yaml": (text) => `${text}\n` },
      "duplicate-environment",
      "campanile.yaml",
      () => lineOf("campanile.yaml", "name: prod"),
      /Remove one/,
    ],
    [
      "an odd promotion",
      { "campanile.yaml": replace("promotion: auto", "promotion: soon") },
      "invalid-value",
      "campanile.yaml",
      () => lineOf("campanile.yaml", "promotion:"),
      /after 2h/,
    ],
    ["values that are a list", { [VALUES]: "- 1\n" }, "invalid-value", VALUES, () => 1, /a map/],
    [
      "a values file with a misspelt name",
      { "hubs/data8/values/prd.yaml": "{}\n" },
      "unread-file",
      "hubs/data8/values/prd.yaml",
      () => 1,
      /Did you mean "hubs\/data8\/values\/prod.yaml"/,
    ],
    [
      "a values file with another ending",
      { "values/common.yml": "{}\n" },
      "unread-file",
      "values/common.yml",
      () => 1,
      /values\/common.yaml/,
    ],
    [
      "a duplicate key",
      { [VALUES]: (text) => `${text}course: {}\n` },
      "duplicate-key",
      VALUES,
      () => (sample[VALUES] ?? "").split("\n").length,
      /Merge the two/,
    ],
    [
      "broken YAML",
      { [VALUES]: replace("    memory:\n", "    memory:\n   x: [\n") },
      "yaml-syntax",
      VALUES,
      () => lineOf(VALUES, "    memory:") + 1,
      /./,
    ],
    [
      "a journey that imports what is no package",
      { [HUB]: replace("    - numpy", '    - "numpy; x"') },
      "invalid-value",
      HUB,
      () => lineOf(HUB, "    - numpy"),
      /Write a name such as "numpy"/,
    ],
    [
      "a journey whose link pulls nothing",
      { [HUB]: replace(/^ {2}link: .*$/m, "  link: https://data8.example/hub/spawn") },
      "invalid-value",
      HUB,
      () => lineOf(HUB, "  link:"),
      /Copy the link from the syllabus/,
    ],
    [
      "a journey whose grader leaves the repository",
      { [HUB]: replace("autograder: probe/autograder", "autograder: ../autograder.zip") },
      "invalid-value",
      HUB,
      () => lineOf(HUB, "autograder:"),
      /Write a path such as "probe\/blank.ipynb"/,
    ],
    [
      "a journey at a time that never comes",
      { [HUB]: replace("journey:", "journey:\n  schedule: { cron: [0 0 30 2 *], timeZone: Etc/UTC }") },
      "invalid-value",
      HUB,
      () => lineOf(HUB, "journey:") + 1,
      /Write times such as "30 7 \* \* 1-5"/,
    ],
    [
      "journeys that come every five minutes",
      { [HUB]: replace("journey:", 'journey:\n  schedule: { cron: ["*/5 * * * *"], timeZone: Etc/UTC }') },
      "invalid-value",
      HUB,
      () => lineOf(HUB, "journey:") + 1,
      /every six hours/,
    ],
    [
      "a journey whose time is that of no place",
      { [HUB]: replace("journey:", 'journey:\n  schedule:\n    cron: ["30 7 * * *"]\n    timeZone: Mars/Base') },
      "invalid-value",
      HUB,
      () => lineOf(HUB, "journey:") + 3,
      /America\/Los_Angeles/,
    ],
    [
      "a journey in an environment that the hub does not have",
      { [HUB]: replace("journey:", "journey:\n  environments: [staging, prd]") },
      "unknown-environment",
      HUB,
      () => lineOf(HUB, "journey:") + 1,
      /Did you mean "prod"/,
    ],
    [
      "a misspelt key of a journey",
      { [HUB]: replace("  imports:", "  import:") },
      "unknown-key",
      HUB,
      () => lineOf(HUB, "  imports:"),
      /Did you mean "imports"/,
    ],
    ["a hub folder with capitals", { "hubs/Data9/hub.yaml": "title: x\n" }, "hub-name", "hubs/Data9/hub.yaml", () => 1, /Rename/],
  ];

  test.each(cases)("%s", async (_, edits, code, file, line, fix) => {
    const { fleet, findings } = await loadEdited(edits);
    const found = findings.find((finding) => finding.code === code && finding.at.file === file);
    expect(findings.map((finding) => [finding.code, finding.at.file, finding.at.line])).toContainEqual([code, file, line()]);
    expect(found?.fix).toMatch(fix);
    expect(found?.severity).toBe("block");
    // What Helm would read is known in spite of these, so that what else there is can be judged.
    expect(fleet !== undefined).toBe(["duplicate-key", "unread-file"].includes(code));
  });

  test("all faults of all files come in one pass, worst first, then by file and line", async () => {
    const { findings } = await loadEdited({
      "campanile.yaml": replace("title:", "titel:"),
      [HUB]: replace("students: 1500", "students: many"),
      [PINS]: replace("sha256:", "sha512:"),
      "hubs/prob140/values/staging.yaml": "a: [\n",
    });
    expect(findings.map(({ at, code }) => [at.file, code])).toEqual([
      ["campanile.yaml", "missing-key"],
      ["campanile.yaml", "unknown-key"],
      [HUB, "invalid-value"],
      [PINS, "invalid-value"],
      ["hubs/prob140/values/staging.yaml", "yaml-syntax"],
    ]);
  });

  test("a mistake in a shared file is told once, not once per hub", async () => {
    const { findings } = await loadEdited({ "values/common.yaml": "jupyterhub:\n\thub: 1\n" });
    expect(findings.map(({ code, at }) => [code, at.file, at.line])).toEqual([["yaml-syntax", "values/common.yaml", 2]]);
  });

  test("two hubs whose releases would have one name", async () => {
    const { findings } = await load({
      ...sample,
      "campanile.yaml": (sample["campanile.yaml"] ?? "").replace("  - name: prod\n", "  - name: x-prod\n  - name: prod\n"),
      "hubs/data8-x/hub.yaml": "title: X\nowners: [x]\nenvironments: {prod: {url: https://x.example, cluster: courses}}\n",
      "hubs/data8-x/pins/prod.yaml": sample[PINS] ?? "",
      [HUB]: (sample[HUB] ?? "").replace("  prod:", "  x-prod:\n    cluster: courses\n    url: https://y.example\n  prod:"),
      "hubs/data8/pins/x-prod.yaml": sample[PINS] ?? "",
    });
    expect(findings.map(({ code }) => code)).toContain("duplicate-release");
  });
});

test("an encrypted text that replaces a map is opaque: it is told, and the fleet is judged around it", async () => {
  const text = "ENC[AES256_GCM,data:YQ==,iv:Yg==,tag:Yw==,type:str]";
  const { fleet, findings } = await loadEdited({ [SECRETS]: replace("jupyterhub:\n", `jupyterhub:\n    singleuser: ${text}\n`) });
  expect(findings.map(({ code, severity, at, what }) => [code, severity, at.line, what])).toEqual([
    [
      "opaque-secret",
      "info",
      lineOf(SECRETS, "jupyterhub:") + 1,
      `What is encrypted in ${SECRETS} as a whole was not judged: "jupyterhub.singleuser".`,
    ],
  ]);
  const prod = fleet?.hubs.find(({ name }) => name === "data8")?.environments[1];
  expect(prod?.valueLayers.at(-1)).toMatchObject({ kind: "encrypted", replacesMaps: [["jupyterhub", "singleuser"]] });
});

describe("a secret in clear is refused and never told", () => {
  const canary = "canary-in-clear-41c2";
  test("a file that is not encrypted", async () => {
    const { fleet, findings } = await loadEdited({ [SECRETS]: `jupyterhub:\n  proxy: {secretToken: ${canary}}\n` });
    expect(findings.map(({ code, at }) => [code, at.file, at.line])).toEqual([["plain-secret", SECRETS, 1]]);
    expect(findings[0]?.fix).toContain(`sops encrypt --in-place ${SECRETS}`);
    expect(JSON.stringify(findings)).not.toContain(canary);
    expect(fleet).toBeUndefined();
  });

  test.each([SECRETS, VALUES, HUB])(
    "%s encrypted with git-crypt is told as that, not as text that cannot be read",
    async (file) => {
      const { fleet, findings } = await loadEdited({ [file]: "\0GITCRYPT\0\u0001\u0002\u0003" });
      expect(findings.map(({ code, severity, at }) => [code, severity, at.file])).toEqual([["git-crypt", "block", file]]);
      expect(fleet).toBeUndefined();
    },
  );

  test.each([
    ["text", canary],
    ["a number", "4711"],
    ["a word", "true"],
    ["an almost encrypted text", `ENC[AES256_GCM,data:${canary}]`],
  ])("%s added to an encrypted file by hand", async (_, value) => {
    const { findings } = await loadEdited({ [SECRETS]: replace("    proxy:\n", `    proxy:\n        added: ${value}\n`) });
    expect(findings.map(({ code, at }) => [code, at.line])).toEqual([["plain-secret", lineOf(SECRETS, "    proxy:") + 1]]);
    expect(findings[0]?.what).toContain('"jupyterhub.proxy.added"');
    expect(JSON.stringify(findings)).not.toContain(value === canary ? canary : "never");
  });

  test("what its owner marked as readable may be read", async () => {
    const { fleet, findings } = await loadEdited({
      [SECRETS]: replace("    proxy:\n", "    proxy:\n        note_unencrypted: see wiki\n        empty: ''\n"),
    });
    expect(findings).toEqual([]);
    expect(fleet).toBeDefined();
  });

  test("numbers and words are stood for by their own type", async () => {
    const leaf = (type: string) => `ENC[AES256_GCM,data:eA==,iv:eA==,tag:eA==,type:${type}]`;
    const { fleet } = await loadEdited({
      [SECRETS]: replace(
        "    proxy:\n",
        `    proxy:\n        port: ${leaf("int")}\n        on: ${leaf("bool")}\n        list: [${leaf("str").replaceAll(",", ",")}]\n`.replace(
          /\[ENC\[(.*)\]\]\n$/,
          '["ENC[$1]"]\n',
        ),
      ),
    });
    const secrets = fleet?.hubs.find(({ name }) => name === "data8")?.environments[1]?.valueLayers.at(-1);
    expect(secrets?.kind === "encrypted" && secrets.shape).toMatchObject({
      jupyterhub: { proxy: { port: 0, true: false, list: [standIn("jupyterhub.proxy.list.0")] } },
    });
  });
});

describe("calendars", () => {
  const CALENDAR = "calendars/data8.ics";

  test("one that is named after a hub is its own, any other is everybody's, and each event knows its line", async () => {
    const { fleet, findings } = await load({ ...sample, "calendars/university.ics": sample[CALENDAR] ?? "" });
    expect(findings).toEqual([]);
    expect(fleet?.calendars?.map(({ file, hub }) => [file, hub])).toEqual([
      [CALENDAR, "data8"],
      ["calendars/university.ics", undefined],
    ]);
    const exams = fleet?.calendars?.[0]?.events.filter(({ kind }) => kind === "exam") ?? [];
    const lines = (sample[CALENDAR] ?? "").split("\n");
    expect(exams.map(({ summary }) => summary)).toEqual(["Midterm", "Final"]);
    for (const { at } of exams) expect([at.file, lines[at.line - 1]]).toEqual([CALENDAR, "BEGIN:VEVENT"]);
  });

  test("one with a fault leaves no fleet, like any file that cannot be read", async () => {
    const { fleet, findings } = await loadEdited({
      [CALENDAR]: replace("DTSTART;TZID=America/Los_Angeles:20261216", "DTSTART:20261216"),
    });
    expect(fleet).toBeUndefined();
    expect(findings).toMatchObject([
      { code: "calendar-time", severity: "block", at: { file: CALENDAR, line: lineOf(CALENDAR, ":20261216T15") } },
    ]);
  });

  test("one that lies elsewhere is read by nothing, and that is told", async () => {
    const text = sample[CALENDAR] ?? "";
    const { findings } = await load({
      ...sample,
      "calendar/data8.ics": text,
      "hubs/data8/exams.ics": text,
      "calendars/old/data8.ics": text,
    });
    expect(findings.map(({ code, at, fix }) => [code, at.file, fix])).toEqual([
      ["unread-file", "calendar/data8.ics", 'Did you mean "calendars/data8.ics"? Else remove the file.'],
      ["unread-file", "calendars/old/data8.ics", expect.stringContaining("calendars/data8.ics")],
      ["unread-file", "hubs/data8/exams.ics", expect.stringContaining("remove")],
    ]);
  });

  test("more of them that are no hub's own than anybody has is a fault", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 21 }, (_, index) => [`calendars/c${index}.ics`, sample[CALENDAR] ?? ""]),
    );
    expect((await load({ ...sample, ...many })).findings).toMatchObject([{ code: "file-too-large" }]);
  });
});
