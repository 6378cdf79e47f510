import { execa } from "execa";
import { expect, test } from "vitest";
import { campanileCommand } from "../cli/run-campanile.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";

test("Campanile does not start with wrong settings: all mistakes at once, exit code 1, no stack and no secret", async () => {
  const scene = await openInstitution({ withoutCampanile: true });
  const { privateKey, secret } = secretsOf(scene);
  const cutKey = privateKey.slice(0, 400);

  const several = await serve(scene, {
    CAMPANILE_GITHUB_APP_ID: "",
    CAMPANILE_GITHUB_PRIVATE_KEY: cutKey,
    CAMPANILE_WEBHOOK_SECRET: "abc-short-one",
    CAMPANILE_RECONCILE_MINUTES: "never",
    DATABASE_URL: "mysql://campanile:hunter2-hunter2@127.0.0.1/campanile",
  });
  expect(several.exitCode).toBe(1);
  const [headline, ...mistakes] = several.stderr.split("\n");
  expect(headline).toBe("Campanile does not start: 5 settings are wrong.");
  expect(mistakes.map((line) => / {2}- (\w+) /.exec(line)?.[1]).sort()).toEqual([
    "CAMPANILE_GITHUB_APP_ID",
    "CAMPANILE_GITHUB_PRIVATE_KEY",
    "CAMPANILE_RECONCILE_MINUTES",
    "CAMPANILE_WEBHOOK_SECRET",
    "DATABASE_URL",
  ]);
  expect(several.stdout).toBe("");
  for (const leak of ["abc-short-one", "hunter2-hunter2", cutKey.slice(40, 80), secret])
    expect(several.stderr).not.toContain(leak);

  const alone: [Record<string, string>, RegExp][] = [
    [{ CAMPANILE_WEBHOOK_SECRET: "" }, /CAMPANILE_WEBHOOK_SECRET is missing.*openssl rand -hex 32/],
    [{ CAMPANILE_WEBHOOK_SECRET: "development" }, /from a tutorial that anybody can try/],
    [{ CAMPANILE_GITHUB_PRIVATE_KEY: "/does/not/exist.pem" }, /names a file that cannot be read \(ENOENT\)/],
  ];
  const endings = await Promise.all(alone.map(async ([mistake, words]) => ({ words, ending: await serve(scene, mistake) })));
  for (const { words, ending } of endings) {
    expect(ending.exitCode).toBe(1);
    expect(ending.stderr).toMatch(/^Campanile does not start: 1 setting is wrong\.\n {2}- [^\n]+$/);
    expect(ending.stderr).toMatch(words);
  }
});

test("what Campanile cannot start without is named, with what to do, and it ends", async () => {
  const scene = await openInstitution({ withoutCampanile: true });
  const missing: [Record<string, string>, RegExp][] = [
    [{ CAMPANILE_HELM: "/does/not/exist/helm" }, /The helm program was not found\.\nInstall Helm 4 or set CAMPANILE_HELM/],
    [
      { DATABASE_URL: "postgresql://campanile:hunter2-hunter2@127.0.0.1:1/campanile" },
      /did not answer\.\n.*ECONNREFUSED[\s\S]*DATABASE_URL/,
    ],
    [
      { DATABASE_URL: withPassword(scene, "hunter2-hunter2") },
      /did not let it in\.\n.*password[\s\S]*Check the user, the password/,
    ],
  ];
  const endings = await Promise.all(missing.map(async ([setting, words]) => ({ words, ending: await serve(scene, setting) })));
  for (const { words, ending } of endings) {
    expect(ending.exitCode).toBe(2);
    expect(ending.stderr).toMatch(words);
    expect(ending.stderr).not.toMatch(/\n {4}at |node:internal|hunter2/);
  }
});

/** Campanile as an operator starts it, until it ends. */
function serve({ institution }: Scene, mistakes: Record<string, string>) {
  return execa(...campanileCommand(["serve"]), {
    env: { ...institution.campanileEnv, CAMPANILE_HOST: "127.0.0.1", CAMPANILE_PORT: "0", ...mistakes },
    reject: false,
    stdin: "ignore",
    timeout: 120_000,
  });
}

function secretsOf({ institution }: Scene) {
  return { privateKey: institution.campanileEnv.CAMPANILE_GITHUB_PRIVATE_KEY ?? "", secret: institution.webhookSecret };
}

function withPassword({ institution }: Scene, password: string): string {
  const url = new URL(institution.databaseUrl);
  url.password = password;
  return url.href;
}
