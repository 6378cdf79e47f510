import type { Rule } from "./rule.ts";
import { callbackElsewhere } from "./rules/callback-elsewhere.ts";
import { chartGoesBack } from "./rules/chart-goes-back.ts";
import { chartMajor } from "./rules/chart-major.ts";
import { homeMoves } from "./rules/home-moves.ts";
import { hostElsewhere } from "./rules/host-elsewhere.ts";
import { hostTwice } from "./rules/host-twice.ts";
import { memoryGuarantee } from "./rules/memory-guarantee.ts";
import { memoryUnit } from "./rules/memory-unit.ts";
import { movingTag } from "./rules/moving-tag.ts";
import { noEffect } from "./rules/no-effect.ts";
import { nobodyGetsIn } from "./rules/nobody-gets-in.ts";
import { openOnProd } from "./rules/open-on-prod.ts";
import { unscopedRole } from "./rules/unscoped-role.ts";

/** In the order of the list that people read. */
export const ALL_RULES: readonly Rule[] = [
  memoryUnit,
  memoryGuarantee,
  nobodyGetsIn,
  openOnProd,
  unscopedRole,
  hostTwice,
  hostElsewhere,
  callbackElsewhere,
  movingTag,
  homeMoves,
  chartGoesBack,
  chartMajor,
  noEffect,
];
