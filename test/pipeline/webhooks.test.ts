import { expect, test } from "vitest";
import { z } from "zod";
import { describeBeyond, describeObstacles } from "../../app/report/describe-effect.ts";
import { verdictOf } from "../../app/report/preview-result.ts";
import { makeResult } from "../report/make-result.ts";
import { openNamespace } from "../world/open-namespace.ts";
import { configMap, deployment, startRelease } from "../world/start-release.ts";
import { type Patch, startWebhook } from "../world/start-webhook.ts";

const IMAGE = "spec.template.spec.containers[hub].image";
const value = (text: string) => ({ kind: "value", text });

const imageSchema = z.object({
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.tuple([z.object({ image: z.string() })]) }) }) }),
});

/** As meshes and mirrors do: it marks the object and its pods, and has images pulled from elsewhere. */
function meshAndMirror(object: unknown): Patch {
  const [{ image }] = imageSchema.parse(object).spec.template.spec.containers;
  return [
    { op: "add", path: "/metadata/annotations/mesh.example~1version", value: "7" },
    { op: "add", path: "/spec/template/metadata/annotations", value: { "mesh.example/injected": "yes" } },
    {
      op: "replace",
      path: "/spec/template/spec/containers/0/image",
      value: image.replace(/^(?:mirror\.example\/)?/, "mirror.example/"),
    },
  ];
}

test("what a webhook sets is told as the cluster's, also where it is not what was asked for, and is no drift afterwards", async () => {
  const namespace = await openNamespace();
  const { rollOut, preview } = await startRelease(namespace, {
    base: { "a.yaml": deployment({ image: "a:1" }), "b.yaml": configMap("same") },
    head: { "a.yaml": deployment({ image: "a:1", memory: "96Mi" }), "b.yaml": configMap("same") },
    next: { "a.yaml": deployment({ image: "a:2", memory: "96Mi" }), "b.yaml": configMap("same") },
  });
  await rollOut("base");
  await startWebhook(namespace, meshAndMirror);

  const seen = async () => {
    const looked = await preview("base", "head");
    return looked.effect?.objects.some(({ fields }) => fields.length > 1) ? looked : undefined;
  };
  await expect.poll(seen, { timeout: 60_000 }).toBeDefined();
  const { diff, effect, drift } = await preview("base", "head");
  expect(effect).toMatchObject({ refusals: [], couldNot: [] });
  expect(drift?.objects).toEqual([]);
  const byWebhook = [
    { path: "metadata.annotations.mesh.example/version", before: { kind: "absent" }, after: value("7"), byCluster: true },
    { path: IMAGE, before: value("a:1"), after: value("mirror.example/a:1"), byCluster: true },
    {
      path: "spec.template.metadata.annotations.mesh.example/injected",
      before: { kind: "absent" },
      after: value("yes"),
      byCluster: true,
    },
  ];
  const byGit = {
    path: "spec.template.spec.containers[hub].resources.requests.memory",
    before: value("64Mi"),
    after: value("96Mi"),
  };
  expect(effect?.objects).toHaveLength(1);
  expect(effect?.objects[0]?.fields).toHaveLength(4);
  expect(effect?.objects[0]?.fields).toEqual(expect.arrayContaining([byGit, ...byWebhook]));
  expect(diff?.objects.flatMap(({ fields }) => fields)).toEqual([byGit]);
  if (diff && effect)
    expect(describeBeyond(diff, effect, 10_000)).toContain(
      "- spec.template.spec.containers[hub].image: a:1\n+ spec.template.spec.containers[hub].image: mirror.example/a:1 (set by the cluster itself)\n",
    );

  await rollOut("head");
  expect(await preview("head", "head")).toMatchObject({ effect: { objects: [] }, drift: { objects: [] } });
  const after = await preview("head", "next");
  expect(after.drift?.objects).toEqual([]);
  expect(after.effect?.objects.map(({ fields }) => fields)).toEqual([
    [{ path: IMAGE, before: value("mirror.example/a:1"), after: value("mirror.example/a:2"), byCluster: true }],
  ]);
});

test("a webhook that cannot be tried is named with what can be done, and the other objects are looked at", async () => {
  const namespace = await openNamespace();
  const { rollOut, preview } = await startRelease(namespace, {
    base: { "a.yaml": deployment({ image: "a:1" }) },
    head: { "a.yaml": deployment({ image: "a:2" }), "b.yaml": configMap("new") },
  });
  await rollOut("base");
  await (await startWebhook(namespace, () => [])).forbidTrials();
  const look = () => preview("base", "head");
  await expect.poll(async () => (await look()).effect?.couldNot, { timeout: 60_000 }).toHaveLength(1);
  const looked = await look();
  expect(looked.effect).toMatchObject({ refusals: [], objects: [{ id: { name: "new" }, change: "created" }] });
  expect(verdictOf(makeResult({ releases: [looked] }))).toBe("could-not");
  expect(describeObstacles(looked, { text: (text) => text, strong: (text) => text })).toEqual([
    `- ${namespace.name} could not be looked at: Deployment ${namespace.name}/hub: the webhook mesh.${namespace.name}.example has a say in it and cannot be tried. Whoever runs it can say that it may be: sideEffects: NoneOnDryRun`,
  ]);
});
