import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { githubConfig, startGitHub } from "./start-github.ts";

// Runs the emulated GitHub as a process of its own: its configuration is JSON from the file named as the only argument or
// from standard input, and one line of JSON on standard output says that it is ready and where.
const [file] = process.argv.slice(2);
const config = githubConfig.parse(JSON.parse(file === undefined ? await text(process.stdin) : await readFile(file, "utf8")));
const github = await startGitHub(config);
process.stdout.write(`${JSON.stringify({ ready: true, url: github.url, webUrl: github.webUrl, pid: process.pid })}\n`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void github.close().then(() => process.exit(0));
  });
}
