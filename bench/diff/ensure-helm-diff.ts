import path from "node:path";
import { ensureGo } from "../../tools/ensure-go.ts";
import { installOnce } from "../../tools/install-once.ts";
import { userCacheDir } from "../../tools/install-tools.ts";
import { runStep } from "../../tools/run-step.ts";
import { ToolError } from "../../tools/tool-error.ts";

const MODULE = "github.com/databus23/helm-diff/v3";
const VERSION = "3.15.11";
/** What its module asks for. */
const OLDEST_GO = "1.26.4";
const BUILD_LIMIT_MINUTES = 30;

/** @returns the path of the plugin's program; undefined where its module is not to be had, and then why is said */
export async function ensureHelmDiff(say: (line: string) => void): Promise<string | undefined> {
  const cacheDir = userCacheDir();
  const directory = path.join(cacheDir, "tools", `helm-diff-${VERSION}`);
  const build = async (into: string) => {
    const go = await ensureGo(OLDEST_GO, cacheDir, ({ text }) => say(text));
    await runStep({
      name: `helm-diff ${VERSION}: go install`,
      command: go.binary,
      args: ["install", "-trimpath", `${MODULE}@v${VERSION}`],
      directory: into,
      environment: { GOTOOLCHAIN: "local", GOWORK: "off", GOFLAGS: "", CGO_ENABLED: "0", GOBIN: into, ...go.environment },
      timeLimitMinutes: BUILD_LIMIT_MINUTES,
      fix: "Let this machine's module proxy serve it.",
    });
  };
  try {
    await installOnce({ directory, files: ["helm-diff"], install: build, onWaiting: () => say("helm-diff is being built") });
    return path.join(directory, "helm-diff");
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    say(`helm-diff cannot be had here, so that the peer is helm template and kubectl diff alone. ${error.message}`);
    return undefined;
  }
}
