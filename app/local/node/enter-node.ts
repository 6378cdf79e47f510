// `node enter-node.ts PROCS_FILES COMMAND ARG...`: moves to control groups, then becomes the command. It must be done before the
// command runs, because what that starts is born where it is itself.
import { writeFileSync } from "node:fs";

const [, , procsFiles = "[]", command = "", ...args] = process.argv;
// 0 stands for whoever writes.
for (const file of JSON.parse(procsFiles)) writeFileSync(file, "0");
if (!process.execve) throw new Error("this Node cannot become another program");
process.execve(command, [command, ...args], process.env);
