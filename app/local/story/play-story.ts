import { AppsV1Api, KubeConfig } from "@kubernetes/client-node";
import type { CheckRun, Person } from "../world/person.ts";
import { bumpImage } from "./bump-image.ts";
import type { Narrator } from "./narrator.ts";

export interface StoryParts {
  person: Person;
  narrator: Narrator;
  kubeconfig: string;
}

const ENVIRONMENTS = ["staging", "prod"] as const;
const NEXT_TAG = "2026.11.2";

/**
 * The main job, told as it happens: a fleet is deployed, and a bump of one hub's image goes from pull request to prod.
 * @throws {Error} that says what did not happen
 */
export async function playStory(parts: StoryParts): Promise<void> {
  const { person, narrator } = parts;
  narrator.chapter("1. Three hubs are deployed for the first time");
  const first = await person.push("Let Campanile deploy our hubs", {
    ".campanile-welcome": "The first push that Campanile sees.\n",
  });
  mustSucceed(await person.waitForCheck(first, "campanile / deploy"));

  narrator.chapter("2. Ada, a GSI of Data 8, wants a new image for her students");
  narrator.line("Ada", `changes tag and digest in Data 8's pins for ${ENVIRONMENTS.join(" and ")}`);
  const changes = await bumpImage(person, { hub: "data8", tag: NEXT_TAG, environments: ENVIRONMENTS });
  const pullRequest = await person.openPullRequest(`Data 8: image ${NEXT_TAG}`, changes);
  mustSucceed(await person.waitForCheck(pullRequest.headSha, "campanile"));
  const [preview = ""] = await person.comments(pullRequest);
  narrator.say("\nThe comment that she reads on the pull request, with the diff:\n");
  narrator.quote(asText(preview));

  narrator.chapter("3. She merges: staging first, then prod");
  narrator.line("Ada", "has read it, and merges");
  const merged = await person.merge(pullRequest);
  mustSucceed(await person.waitForCheck(merged, "campanile / deploy"));
  const [news = ""] = await person.comments(pullRequest);
  narrator.say("\nThe same comment now begins with:\n");
  narrator.quote(
    asText(news)
      .split(/\n(?=### )/)
      .slice(0, 1)
      .join(""),
  );

  for (const environment of ENVIRONMENTS) {
    const image = await pulledImage(parts.kubeconfig, `data8-${environment}`);
    if (!image.includes(`:${NEXT_TAG}@`)) throw new Error(`data8-${environment} was told to run ${NEXT_TAG} and runs ${image}.`);
    narrator.line("Kubernetes", `students of data8-${environment} get ${image.replace(/@sha256:(.{8}).*/, " (sha256:$1…)")}`);
  }
}

function mustSucceed(check: CheckRun): void {
  if (check.conclusion !== "success") throw new Error(`The check “${check.name}” ended with ${check.conclusion}: ${check.title}`);
}

/** What the nodes are told to have ready for students, as the API server holds it. */
async function pulledImage(kubeconfig: string, namespace: string): Promise<string> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const puller = await config.makeApiClient(AppsV1Api).readNamespacedDaemonSet({ namespace, name: "continuous-image-puller" });
  return puller.spec?.template.spec?.initContainers?.[0]?.image ?? "nothing";
}

/** Markdown as a terminal can show it: without the parts that only a browser folds or hides. */
export function asText(markdown: string): string {
  return markdown
    .replace(/<!--.*?-->\n*/gs, "")
    .replace(/<summary>(.*?)<\/summary>/g, "▾ $1")
    .replace(/<\/?(?:details|sub)>/g, "")
    .replace(/\\([\\`*_{}[\]()#+.!|<>~-])/g, "$1")
    .replace(/\n{3,}/g, "\n\n");
}
