import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseDocument } from "yaml";
import { fleetFiles } from "../../cli/init/fleet-files.ts";
import { readAnswers } from "../../cli/init/read-answers.ts";
import { buildSampleImages, packSampleCharts, SAMPLE_FLEET_FOLDER, SAMPLE_HUBS } from "./sample-artefacts.ts";

/**
 * Brings the sample fleet up to date with what it is made of: digests of charts and images, then every file that
 * `campanile init` writes but the values, which are the sample's own words. Run it after a change of a chart, schema or init.
 */
async function updatePins(): Promise<void> {
  const answersFile = join(SAMPLE_FLEET_FOLDER, "answers.yaml");
  const text = await withDigests(await readFile(answersFile, "utf8"));
  await writeFile(answersFile, text);
  const read = readAnswers("answers.yaml", Buffer.from(text));
  if (read.kind === "faults")
    throw new Error(read.findings.map(({ at, what, fix }) => `${at.file}:${at.line} ${what} ${fix}`).join("\n"));
  for (const [path, content] of fleetFiles(read.answers, read.written)) {
    if (path.includes("values/")) continue;
    const file = join(SAMPLE_FLEET_FOLDER, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

async function withDigests(text: string): Promise<string> {
  const document = parseDocument(text, { version: "1.1" });
  const [charts, images] = await Promise.all([packSampleCharts(), buildSampleImages()]);
  const chart = charts.find(({ name }) => name === document.getIn(["chart", "chart"]));
  document.setIn(["chart", "version"], chart?.version);
  document.setIn(["chart", "digest"], chart?.digest);
  for (const hub of SAMPLE_HUBS) {
    const [name, tag] = [document.getIn(["hubs", hub, "image", "name"]), document.getIn(["hubs", hub, "image", "tag"])];
    const image = images.find((each) => each.name === name && each.tag === tag);
    if (!image) throw new Error(`the sample makes no image ${name}:${tag} for ${hub}`);
    document.setIn(["hubs", hub, "image", "digest"], image.digest);
  }
  return document.toString({ lineWidth: 0 });
}

await updatePins();
