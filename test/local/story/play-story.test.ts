import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { followCluster } from "../../../app/local/story/follow-cluster.ts";
import { followGitHub } from "../../../app/local/story/follow-github.ts";
import { createNarrator, type Narrator } from "../../../app/local/story/narrator.ts";
import { playStory } from "../../../app/local/story/play-story.ts";
import { THINGS_TO_TRY } from "../../../app/local/story/things-to-try.ts";
import { openInstitution, type Scene } from "../../world/open-institution.ts";

test("the story tells of each step who did it and how long it took, in the order in which it happened", async () => {
  const scene = await openInstitution({ hubs: ["data8"] });
  const { narrator, text } = recordStory(scene);
  await playStory({ person: scene.person, narrator, kubeconfig: scene.world.kubeconfig, hub: scene.hub("data8") });
  const [staging, prod] = [`${scene.hub("data8")}-staging`, `${scene.hub("data8")}-prod`];
  const chapter = text().slice(text().indexOf("2. Ada"));
  const steps = [
    /Ada +writes the image's new tag and digest/,
    /GitHub +sends Campanile the webhook pull_request\.opened \(\w+\): 202, stored/,
    /Campanile +… campanile: in progress/,
    /Campanile +writes its one comment on the pull request/,
    /Campanile +✓ campanile after [\d.]+ s: Data 8: image user-data8 2026\.11\.1 → 2026\.11\.2 on staging, then prod/,
    /│ \+ .*user-data8:2026\.11\.2@sha256:[0-9a-f]{8}…/,
    /Ada +has read it, and merges/,
    new RegExp(`Helm +${staging}, revision 2 is being upgraded`),
    new RegExp(`Campanile +tells GitHub: ${staging} is rolled out and healthy after [\\d.]+ s`),
    new RegExp(`Helm +${prod}, revision 2 is being upgraded`),
    new RegExp(`Kubernetes +${prod}: the new pods of hub are ready after [\\d.]+ s +kubectl -n ${prod} get pods`),
    /Campanile +✓ campanile \/ deploy after [\d.]+ s: 2 releases rolled out/,
    /│ Rolled out: Data 8 on staging, then prod/,
    new RegExp(`Kubernetes +${prod}: new servers get registry\\.campanile\\.example/user-data8:2026\\.11\\.2`),
  ];
  expect(steps.filter((step) => !step.test(chapter))).toEqual([]);
  const places = steps.map((step) => chapter.search(step));
  expect(places).toEqual(places.toSorted((one, other) => one - other));
});

// All on one hub, because three hubs take three times as long to be deployed first.
const openPlayground = async () => {
  const scene = await openInstitution({ hubs: ["data8"] });
  const { narrator, text } = recordStory(scene);
  const { person, institution } = scene;
  return { text, playground: { person, narrator, campanile: institution.campanile, hub: () => scene.hub("data8") } };
};
const [bad, memory, kill] = THINGS_TO_TRY;

test("the bad pull request can be opened again and again, and each time its faults are shown", async () => {
  const { playground, text } = await openPlayground();
  for (const thing of [bad, bad]) await thing?.run(playground);
  expect(text().match(/✗ campanile after .*: 3 faults to mend/g)).toHaveLength(2);
  expect(text().match(/│ +Did you mean "digest"\?/g)).toHaveLength(2);
});

test("more memory for a hub's students goes from its pull request to prod", async () => {
  const { playground, text } = await openPlayground();
  await memory?.run(playground);
  expect(text()).toMatch(/from 2 to 3 GB/);
  expect(text()).toMatch(/✓ campanile \/ deploy after [\d.]+ s: 2 releases rolled out/);
});

test("Campanile is killed, and makes up for what it missed", async () => {
  const { playground, text } = await openPlayground();
  await kill?.run(playground);
  expect(text()).toMatch(/sends Campanile the webhook push \(\w+\): nobody takes it \(502\)/);
  expect(text()).toMatch(/sends Campanile once more the webhook push \(\w+\): 202, stored/);
  expect(text()).toMatch(/✓ campanile \/ deploy after [\d.]+ s: 2 releases rolled out/);
});

function recordStory(scene: Scene): { narrator: Narrator; text: () => string } {
  let written = "";
  const narrator = createNarrator((piece) => {
    written += piece;
  });
  const ended = new AbortController();
  onTestFinished(() => ended.abort());
  const { control, institution, world } = scene;
  void followGitHub({ control, repository: institution.repository, narrator }, ended.signal);
  followCluster({ kubeconfig: world.kubeconfig, shortcuts: { kubectl: "kubectl", helm: "helm" }, narrator }, ended.signal);
  return { narrator, text: () => stripVTControlCharacters(written) };
}
