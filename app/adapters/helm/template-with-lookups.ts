import { ConfigError } from "../../domain/errors.ts";
import { placeholderText } from "../../domain/placeholder.ts";
import type { Printed } from "../../render/parse-manifests.ts";
import type { RenderPorts } from "../../render/render-release.ts";
import type { LookupProxy } from "../kubernetes/lookup-proxy.ts";
import type { Helm, TemplateOptions } from "./create-helm.ts";

/** Helm's renders, with our lookup proxy as the only cluster that Helm ever hears of. */
export function createTemplate(helm: Pick<Helm, "template">, proxy: LookupProxy): RenderPorts["template"] {
  return async (name, chart, { namespace, values, kubeVersion, lookups, placeholders }) => {
    // What the schema has to say, it says of the first set.
    const options = { namespace, values, isSchemaSkipped: placeholders === "second" };
    if (lookups === "none")
      return { printed: await render(helm, name, chart, { ...options, cluster: { kubeVersion } }), asked: [] };
    const session = await proxy.open(lookups, placeholders);
    const { kubeconfig, kinds } = session;
    try {
      const printed = await render(helm, name, chart, { ...options, cluster: { kubeconfig, kinds } });
      return { printed, asked: session.asked() };
    } catch (error) {
      // Helm only knows that its cluster did not answer.
      throw session.failure() ?? error;
    } finally {
      await session.close();
    }
  };
}

/**
 * A placeholder need not fit what a chart's schema asks of a secret, such as 64 hex digits. Where that is all that the schema has to say,
 * it says nothing of what will be deployed.
 */
async function render(helm: Pick<Helm, "template">, name: string, chart: string, options: TemplateOptions): Promise<Printed> {
  try {
    return await helm.template(name, chart, options);
  } catch (error) {
    if (!isAboutPlaceholders(error)) throw error;
    return helm.template(name, chart, { ...options, isSchemaSkipped: true });
  }
}

function isAboutPlaceholders(error: unknown): boolean {
  if (!(error instanceof ConfigError) || error.explanation.code !== "values-schema") return false;
  return error.explanation.why.split("; ").every((complaint) => complaint.includes(placeholderText("first", "")));
}
