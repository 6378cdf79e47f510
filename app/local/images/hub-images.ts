import path from "node:path";
import type { BuiltImage } from "../seed/build-image.ts";
import { assembleImage } from "./assemble-image.ts";
import { ensureDebianLayer } from "./debian-layer.ts";
import { ensureProxyLayer } from "./proxy-layer.ts";
import { ensureChangedPythonLayer, ensurePythonLayer, PIP_OPTIONS, PYTHON_PATH } from "./python-layer.ts";

/** What the kernel of a student finds: this term's packages, one more for the next term, and a mistake: a package of the course gone. */
const USER_TAGS = { now: "2026.11.1", next: "2026.11.2", broken: "2026.11.3-broken" };

/** Images that truly run a hub, under the names and tags by which chart and fleet know them. Minutes at the first time, then seconds. */
export async function ensureHubImages(cacheDir: string): Promise<BuiltImage[]> {
  const debian = await ensureDebianLayer(cacheDir);
  const requirements = (image: string) => path.join(import.meta.dirname, image, "requirements.txt");
  // One after the other: each uses all of a small machine.
  const hub = await ensurePythonLayer({ name: "hub", requirementsFile: requirements("hub"), base: debian }, cacheDir);
  const user = await ensurePythonLayer(
    { name: "user-data8", requirementsFile: requirements("user-data8"), base: debian },
    cacheDir,
  );
  const nextPackages = ["install", ...PIP_OPTIONS, "seaborn==0.13.2"];
  const next = await ensureChangedPythonLayer({ name: "user-data8-next", pip: nextPackages, base: [debian, user] }, cacheDir);
  const lostPackage = ["uninstall", "--yes", "--quiet", "--root-user-action=ignore", "datascience"];
  const broken = await ensureChangedPythonLayer({ name: "user-data8-broken", pip: lostPackage, base: [debian, user] }, cacheDir);
  const grader = await ensurePythonLayer({ name: "grader", requirementsFile: requirements("grader"), base: debian }, cacheDir);
  const proxy = await ensureProxyLayer(cacheDir);
  const python = [`PATH=${PYTHON_PATH}`, "PYTHONUNBUFFERED=1", "LANG=C.UTF-8", "HOME=/home/jovyan", "USER=jovyan"];
  const ofUser = {
    name: "registry.campanile.example/user-data8",
    config: {
      User: "1000:100",
      WorkingDir: "/home/jovyan",
      Env: [...python, "SHELL=/bin/bash"],
      Entrypoint: ["tini", "--"],
      Cmd: ["jupyterhub-singleuser"],
    },
  };
  return Promise.all([
    assembleImage({
      name: "registry.campanile.example/hub",
      tag: "5.5.0",
      config: { User: "1000:100", WorkingDir: "/srv/jupyterhub", Env: python, Entrypoint: ["tini", "--"], Cmd: ["jupyterhub"] },
      layers: [debian, hub],
    }),
    assembleImage({
      name: "registry.campanile.example/configurable-http-proxy",
      tag: "5.1.0",
      config: { User: "65534:65534", WorkingDir: "/srv/proxy", Env: [`PATH=${PYTHON_PATH}`, "NODE_ENV=production"] },
      layers: [debian, proxy],
    }),
    assembleImage({
      name: "registry.campanile.example/grader",
      // Otter's version, which has to be that of the students' image.
      tag: "7.0.0",
      config: {
        User: "1000:100",
        WorkingDir: "/home/jovyan",
        Env: python,
        Entrypoint: ["tini", "--"],
        Cmd: ["otter", "--version"],
      },
      layers: [debian, grader],
    }),
    assembleImage({ ...ofUser, tag: USER_TAGS.now, layers: [debian, user] }),
    assembleImage({ ...ofUser, tag: USER_TAGS.next, layers: [debian, user, next] }),
    assembleImage({ ...ofUser, tag: USER_TAGS.broken, layers: [debian, user, broken] }),
  ]);
}
