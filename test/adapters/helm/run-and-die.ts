import { runHelm } from "../../../app/adapters/helm/run-helm.ts";

/** `node run-and-die.ts HOME SCRIPT`: runs a shell's script as if it were Helm, for as long as this process is left alive. */
const [, , homeDir = "", script = ""] = process.argv;
await runHelm({ binary: "sh", homeDir }, { args: ["-c", script], timeLimitSeconds: 60, isOutliving: true });
