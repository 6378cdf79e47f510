import path from "node:path";
import type { BuiltImage } from "../seed/build-image.ts";
import { assembleImage } from "./assemble-image.ts";
import { ensureDebianLayer } from "./debian-layer.ts";
import { ensureProxyLayer } from "./proxy-layer.ts";
import { ensurePythonLayer, PYTHON_PATH } from "./python-layer.ts";

export interface HubImages {
  hub: BuiltImage;
  proxy: BuiltImage;
  userData8: BuiltImage;
}

/** Images that truly run a hub, under the names and tags by which chart and fleet know them. Minutes at the first time, then seconds. */
export async function ensureHubImages(cacheDir: string): Promise<HubImages> {
  const debian = await ensureDebianLayer(cacheDir);
  const requirements = (image: string) => path.join(import.meta.dirname, image, "requirements.txt");
  // One after the other: each uses all of a small machine.
  const hub = await ensurePythonLayer({ name: "hub", requirementsFile: requirements("hub"), base: debian }, cacheDir);
  const user = await ensurePythonLayer(
    { name: "user-data8", requirementsFile: requirements("user-data8"), base: debian },
    cacheDir,
  );
  const proxy = await ensureProxyLayer(cacheDir);
  const python = [`PATH=${PYTHON_PATH}`, "PYTHONUNBUFFERED=1", "LANG=C.UTF-8", "HOME=/home/jovyan", "USER=jovyan"];
  const [hubImage, proxyImage, userImage] = await Promise.all([
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
      name: "registry.campanile.example/user-data8",
      tag: "2026.11.1",
      config: {
        User: "1000:100",
        WorkingDir: "/home/jovyan",
        Env: [...python, "SHELL=/bin/bash"],
        Entrypoint: ["tini", "--"],
        Cmd: ["jupyterhub-singleuser"],
      },
      layers: [debian, user],
    }),
  ]);
  return { hub: hubImage, proxy: proxyImage, userData8: userImage };
}
