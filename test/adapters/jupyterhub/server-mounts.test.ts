import type { V1Container, V1Pod, V1Volume } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { countSharersIn, mountsOf } from "../../../app/adapters/jupyterhub/server-mounts.ts";

const HOME = { name: "home", persistentVolumeClaim: { claimName: "homes" } };

function server(user: string, container: Partial<V1Container>, volumes: V1Volume[] = [HOME], phase = "Running"): V1Pod {
  return {
    metadata: { annotations: { "hub.jupyter.org/username": user } },
    spec: { containers: [{ name: "notebook", ...container }], volumes },
    status: { phase },
  };
}

const inFolder = (subPath: string, mountPath = "/home/jovyan") => ({ volumeMounts: [{ name: "home", mountPath, subPath }] });

test.each<[string, V1Pod, object[]]>([
  ["a claim", server("ada", inFolder("")), [{ mountPath: "/home/jovyan", volume: "claim homes", folder: "" }]],
  [
    "a folder, however many slashes it is written with",
    server("ada", inFolder("/term//ada/")),
    [{ mountPath: "/home/jovyan", volume: "claim homes", folder: "term/ada" }],
  ],
  [
    "a share that the values name themselves",
    server("ada", inFolder("ada"), [{ name: "home", nfs: { server: "10.0.0.9", path: "/export/homes/" } }]),
    [{ mountPath: "/home/jovyan", volume: "share 10.0.0.9:export/homes", folder: "ada" }],
  ],
  [
    "a folder that the kubelet makes of the environment",
    server("ada", {
      env: [{ name: "JUPYTERHUB_USER", value: "ada" }],
      volumeMounts: [{ name: "home", mountPath: "/home/jovyan", subPathExpr: "term/$(JUPYTERHUB_USER)" }],
    }),
    [{ mountPath: "/home/jovyan", volume: "claim homes", folder: "term/ada" }],
  ],
  [
    "one that it makes of what stands nowhere in the pod",
    server("ada", {
      env: [{ name: "WHO", valueFrom: { fieldRef: { fieldPath: "metadata.uid" } } }],
      volumeMounts: [{ name: "home", mountPath: "/home/jovyan", subPathExpr: "$(WHO)" }],
    }),
    [],
  ],
  ["a disk of the pod's own", server("ada", inFolder(""), [{ name: "home", emptyDir: {} }]), []],
  ["a mount whose volume is not there", server("ada", inFolder(""), []), []],
  ["no pod to speak of", {}, []],
  ["a pod without mounts", server("ada", {}), []],
])("%s", (_what, pod, mounts) => {
  expect(mountsOf(pod)).toEqual(mounts);
});

test("servers of others that have the same folder are counted, wherever it is mounted, as long as they are there", () => {
  const home = { mountPath: "/home/jovyan", volume: "claim homes", folder: "all" };
  const pods = [
    server("probe", inFolder("all")),
    server("ada", inFolder("all")),
    server("grace", inFolder("all", "/srv/work"), [HOME], "Pending"),
    server("emmy", inFolder("all"), [HOME], "Succeeded"),
    server("sofia", inFolder("sofia")),
    server("mary", inFolder("all"), [{ name: "home", persistentVolumeClaim: { claimName: "others" } }]),
  ];
  const isOfOther = ({ metadata }: V1Pod) => metadata?.annotations?.["hub.jupyter.org/username"] !== "probe";
  expect(countSharersIn(pods, home, isOfOther)).toBe(2);
});
