import semver from "semver";
import { isJsonObject } from "../../../domain/json.ts";
import { valueAt } from "../../../domain/value-at.ts";
import { jupyterhubChart } from "../../jupyterhub-versions.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

/** JupyterHub's own hub image, tagged like the chart that it was made for. */
const OFFICIAL = /^(?:(?:quay\.io|docker\.io)\/)?jupyterhub\/k8s-hub$/;

export const hubImageChart: Rule = {
  code: "hub-image-chart",
  family: "images",
  severity: "block",
  title: "The hub's image is the one that its chart was made for",
  why: "Chart and hub image share configuration and database. When the chart's line was moved back and the image's was not, the hub did not start for forty minutes; the same again in 2024 took nineteen hours to be noticed.",
  fix: "Remove hub.image, and the chart brings its own; or give it the chart's version as the tag.",
  example: {
    fails: { common: "jupyterhub: { hub: { image: { name: quay.io/jupyterhub/k8s-hub, tag: 4.3.0 } } }" },
    passes: { common: "jupyterhub: { hub: { image: { name: quay.io/jupyterhub/k8s-hub, tag: 4.4.0 } } }" },
  },
  check: forEachRelease((release) => {
    const image = valueAt(release.effective, ["hub", "image"]);
    const said = valueAt(release.values, ["hub", "image", "tag"]);
    const version = jupyterhubChart(release)?.version;
    if (!isJsonObject(image) || typeof image.name !== "string" || typeof said !== "string" || version === undefined) return [];
    const tag = said.split("@")[0] ?? "";
    if (!OFFICIAL.test(image.name) || !semver.valid(tag) || !semver.valid(version) || semver.eq(tag, version)) return [];
    // Builds between releases are tagged by their commits, which say little about what fits.
    const isRelease = semver.prerelease(tag) === null && semver.prerelease(version) === null;
    const what = `The hub's image is that of chart ${tag}, but the chart is ${version}.`;
    return [{ at: release.placeOf(["hub", "image", "tag"]), what, severity: isRelease ? "block" : "warn" }];
  }),
};
