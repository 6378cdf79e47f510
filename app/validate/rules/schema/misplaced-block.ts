import { misplacedBlocks } from "../../misplaced.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const misplacedBlock: Rule = {
  code: "misplaced-block",
  family: "schema",
  severity: "block",
  title: "A block stands where the chart reads it",
  why: "A block one level off is taken for something of the fleet's own and has no effect. Data 8's custom block stood below singleuser through three pull requests in a row; staff had no rights all that time.",
  fix: "Move the block, with everything below it.",
  example: {
    fails: {
      common: "jupyterhub: { singleuser: { custom: { group_profiles: { 'course::1538208': { mem_limit: 2G } } } } }",
    },
    passes: {
      common: "jupyterhub: { custom: { group_profiles: { 'course::1538208': { mem_limit: 2G } } } }",
    },
  },
  check: forEachRelease((release) =>
    misplacedBlocks(release).map(({ path, belongs }) => ({
      at: release.whole.placeOf(path),
      what: `Nothing reads "${path.join(".")}".`,
      fix: `Move it to "${belongs.join(".")}".`,
    })),
  ),
};
