import { FILE_CHECKS, type FileCheck } from "../../load/file-checks.ts";
import { ALL_RULES } from "../../validate/all-rules.ts";
import { WAIVER_EXPIRED, WAIVER_UNUSED } from "../../validate/waivers.ts";

/** Everything that a finding may be about: each has a page, and `campanile explain` knows it. */
export const EVERY_CHECK: readonly FileCheck[] = [...FILE_CHECKS, ...ALL_RULES, WAIVER_EXPIRED, WAIVER_UNUSED];
