import { expect, test } from "vitest";
import { ConfigError } from "../../app/domain/errors.ts";
import { parseManifests } from "../../app/render/parse-manifests.ts";

const parse = (text: string) => parseManifests({ text }, "data8-prod", "data8");

const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: course\n";

test("documents become objects; empty ones and comments are nothing", () => {
  const text = `---\n# Source: hub/templates/course.yaml\n${CONFIG_MAP}data:\n  title: Data 8\n---\n# nothing here\n---\n---\napiVersion: v1\nkind: Service\nmetadata: {name: hub}\n`;
  expect(parse(text)).toEqual([
    {
      id: { apiVersion: "v1", kind: "ConfigMap", namespace: "data8", name: "course" },
      object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "course" }, data: { title: "Data 8" } },
    },
    {
      id: { apiVersion: "v1", kind: "Service", namespace: "data8", name: "hub" },
      object: { apiVersion: "v1", kind: "Service", metadata: { name: "hub" } },
    },
  ]);
  expect(parse("")).toEqual([]);
});

test.each([
  ["the release's namespace when it names none", CONFIG_MAP, "data8"],
  ["its own when it names one", `${CONFIG_MAP}  namespace: elsewhere\n`, "elsewhere"],
  ["none when its kind has none", "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: low}\n", undefined],
  [
    "none even when it names one",
    "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk, namespace: data8}\n",
    undefined,
  ],
])("an object's namespace: %s", (_what, text, namespace) => {
  expect(parse(text)[0]?.id.namespace).toBe(namespace);
});

test("hooks carry their events, other annotations do not make a hook", () => {
  expect(parse(`${CONFIG_MAP}  annotations: {helm.sh/hook: "pre-install,pre-upgrade"}\n`)[0]?.hook).toBe(
    "pre-install,pre-upgrade",
  );
  expect(parse(`${CONFIG_MAP}  annotations: {helm.sh/resource-policy: keep}\n`)[0]).not.toHaveProperty("hook");
  expect(parse(`${CONFIG_MAP}  annotations:\n`)[0]).not.toHaveProperty("hook");
});

test("values are read as Helm reads them: YAML 1.1, dates as texts, the later of two keys", () => {
  const [manifest] = parse(
    `${CONFIG_MAP}data: {mode: 0644, on: yes, at: 2026-11-24, time: 2026-11-24T10:00:00Z, clock: 12:30:45, a: 1, a: 2}\n`,
  );
  expect(manifest?.object.data).toEqual({
    mode: 0o644,
    true: true,
    at: "2026-11-24",
    time: "2026-11-24T10:00:00Z",
    clock: "12:30:45",
    a: 2,
  });
});

const bomb = `a: &a [x]\n${Array.from({ length: 12 }, (_, n) => `b${n}: &b${n} [${Array(10).fill(n === 0 ? "*a" : `*b${n - 1}`)}]`).join("\n")}\n`;

test.each([
  ["no YAML", "a: [", "not valid YAML"],
  ["text", "just a line", "lacks apiVersion, kind or metadata.name"],
  ["a list", "- 1", "lacks apiVersion, kind or metadata.name"],
  ["an object without a kind", "apiVersion: v1\nmetadata: {name: a}", "lacks apiVersion, kind or metadata.name"],
  ["an object without a name", "apiVersion: v1\nkind: Pod\nmetadata: {}", "lacks apiVersion, kind or metadata.name"],
  ["a name that is a number", "apiVersion: v1\nkind: Pod\nmetadata: {name: 8}", "lacks apiVersion, kind or metadata.name"],
  ["aliases that grow without bounds", `${CONFIG_MAP}${bomb}`, "cannot be read"],
  [
    "more objects than anybody reviews",
    Array.from({ length: 2001 }, (_, n) => CONFIG_MAP.replace("course", `c${n}`)).join("---\n"),
    "more than 2000",
  ],
])("refused: %s", (_what, text, why) => {
  const refuse = () => {
    try {
      return parse(text);
    } catch (error) {
      return error;
    }
  };
  const error = refuse();
  expect(error).toBeInstanceOf(ConfigError);
  expect(error).toMatchObject({
    message: expect.stringContaining(why),
    explanation: { what: expect.stringContaining("data8-prod") },
  });
});

test("refused: one object twice, but not two of one name in two namespaces or of two kinds", () => {
  expect(() => parse(`${CONFIG_MAP}---\n${CONFIG_MAP}`)).toThrow("renders ConfigMap course twice for data8-prod");
  expect(() => parse(`${CONFIG_MAP}---\n${CONFIG_MAP}  namespace: data8\n`)).toThrow("twice");
  expect(
    parse(`${CONFIG_MAP}---\n${CONFIG_MAP}  namespace: other\n---\n${CONFIG_MAP.replace("ConfigMap", "Secret")}`),
  ).toHaveLength(3);
});
