import { AppsV1Api, KubeConfig } from "@kubernetes/client-node";
import type { CheckRun, Person } from "../world/person.ts";
import { asText } from "./as-text.ts";
import { bumpImage } from "./bump-image.ts";
import type { Narrator } from "./narrator.ts";

export interface StoryParts {
  person: Person;
  narrator: Narrator;
  kubeconfig: string;
  /** The folder of Data 8's hub in the fleet. */
  hub: string;
  /** Of images in which programs run, by name and tag, where the world has a real node. */
  digests?: Readonly<Record<string, string>>;
}

const COURSE = "data8";
const ENVIRONMENTS = ["staging", "prod"] as const;
const NEXT_TAG = "2026.11.2";

/**
 * The main job, told as it happens: a fleet is deployed, and a bump of one hub's image goes from pull request to prod.
 * @throws {Error} that says what did not happen
 */
export async function playStory({ person, narrator, kubeconfig, hub, digests = {} }: StoryParts): Promise<void> {
  narrator.chapter("1. The first push: Campanile deploys every hub");
  narrator.say(
    "Each course has two: staging, where its staff tries things out, and prod, which the students use. Staging goes first.",
  );
  const first = await person.push("Let Campanile deploy our hubs", {
    ".campanile-welcome": "The first push that Campanile sees.\n",
  });
  mustSucceed(await person.waitForCheck(first, "campanile / deploy"));

  narrator.chapter("2. Ada, who teaches Data 8, wants a new image for her students' servers");
  narrator.line("Ada", `writes the image's new tag and digest into hubs/${hub}/pins/, and opens a pull request`);
  const changes = await bumpImage(person, { hub, course: COURSE, tag: NEXT_TAG, environments: ENVIRONMENTS, digests });
  const pullRequest = await person.openPullRequest(`Data 8: image ${NEXT_TAG}`, changes);
  mustSucceed(await person.waitForCheck(pullRequest.headSha, "campanile"));
  const [preview = ""] = await person.comments(pullRequest);
  narrator.say("\nThe comment that she reads there, with what the merge will change in the cluster:\n");
  narrator.quote(asText(preview));

  narrator.chapter("3. She merges: staging first, and once that is healthy, prod");
  narrator.line("Ada", "has read it, and merges");
  const merged = await person.merge(pullRequest);
  mustSucceed(await person.waitForCheck(merged, "campanile / deploy"));
  const [news = ""] = await person.comments(pullRequest);
  narrator.say("\nThe same comment now begins with:\n");
  narrator.quote(asText(beginningOf(news)));

  narrator.say("");
  for (const environment of ENVIRONMENTS) {
    const image = await pulledImage(kubeconfig, `${hub}-${environment}`);
    if (!image.includes(`:${NEXT_TAG}@`)) throw new Error(`${hub}-${environment} was told to run ${NEXT_TAG} and runs ${image}.`);
    narrator.line("Kubernetes", `${hub}-${environment}: new servers get ${image.replace(/@sha256:(.{8}).*/, " (sha256:$1…)")}`);
  }
}

function mustSucceed({ name, conclusion, title, summary }: CheckRun): void {
  if (conclusion !== "success") throw new Error(`The check “${name}” ended with ${conclusion}: ${title}\n${asText(summary)}`);
}

/** What was put on top of the preview after the merge. */
function beginningOf(comment: string): string {
  return comment.split(/^(?=### )/m)[1] ?? comment;
}

/** What the nodes are told to have ready for students, as the API server holds it. */
async function pulledImage(kubeconfig: string, namespace: string): Promise<string> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const puller = await config.makeApiClient(AppsV1Api).readNamespacedDaemonSet({ namespace, name: "continuous-image-puller" });
  return puller.spec?.template.spec?.initContainers?.[0]?.image ?? "nothing";
}
