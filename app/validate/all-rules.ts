import type { Rule } from "./rule.ts";
import { nobodyGetsIn } from "./rules/access/nobody-gets-in.ts";
import { openOnProd } from "./rules/access/open-on-prod.ts";
import { unscopedRole } from "./rules/access/unscoped-role.ts";
import { chartGoesBack } from "./rules/changes/chart-goes-back.ts";
import { chartMajor } from "./rules/changes/chart-major.ts";
import { noEffect } from "./rules/changes/no-effect.ts";
import { homeMoves } from "./rules/homes/home-moves.ts";
import { movingTag } from "./rules/images/moving-tag.ts";
import { memoryGuarantee } from "./rules/profiles/memory-guarantee.ts";
import { memoryUnit } from "./rules/profiles/memory-unit.ts";
import { callbackElsewhere } from "./rules/wiring/callback-elsewhere.ts";
import { hostElsewhere } from "./rules/wiring/host-elsewhere.ts";
import { hostTwice } from "./rules/wiring/host-twice.ts";

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
