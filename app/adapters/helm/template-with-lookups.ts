import type { RenderPorts } from "../../render/render-release.ts";
import type { LookupProxy } from "../kubernetes/lookup-proxy.ts";
import type { Helm } from "./create-helm.ts";

/** Helm's renders, with our lookup proxy as the only cluster that Helm ever hears of. */
export function createTemplate(helm: Helm, proxy: LookupProxy): RenderPorts["template"] {
  return async (name, chart, { namespace, values, kubeVersion, lookups, placeholders }) => {
    if (lookups === "none")
      return { text: await helm.template(name, chart, { namespace, values, cluster: { kubeVersion } }), asked: [] };
    const session = await proxy.open(lookups, placeholders);
    try {
      const text = await helm.template(name, chart, { namespace, values, cluster: { kubeconfig: session.kubeconfig } });
      return { text, asked: session.asked() };
    } catch (error) {
      // Helm only knows that its cluster did not answer.
      throw session.failure() ?? error;
    } finally {
      await session.close();
    }
  };
}
