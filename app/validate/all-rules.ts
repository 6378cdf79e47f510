import type { Rule } from "./rule.ts";
import { authenticatorUnknown } from "./rules/access/authenticator-unknown.ts";
import { entryExpired } from "./rules/access/entry-expired.ts";
import { nobodyGetsIn } from "./rules/access/nobody-gets-in.ts";
import { openOnProd } from "./rules/access/open-on-prod.ts";
import { probeUndeclared } from "./rules/access/probe-undeclared.ts";
import { roleGrows } from "./rules/access/role-grows.ts";
import { traitUnknown } from "./rules/access/trait-unknown.ts";
import { unscopedRole } from "./rules/access/unscoped-role.ts";
import { coreFits } from "./rules/capacity/core-fits.ts";
import { corePoolEmpty } from "./rules/capacity/core-pool-empty.ts";
import { placeholderFits } from "./rules/capacity/placeholder-fits.ts";
import { serverFitsNode } from "./rules/capacity/server-fits-node.ts";
import { serversPerNode } from "./rules/capacity/servers-per-node.ts";
import { chartGoesBack } from "./rules/changes/chart-goes-back.ts";
import { chartMajor } from "./rules/changes/chart-major.ts";
import { chartPinSplit } from "./rules/changes/chart-pin-split.ts";
import { clusterReleaseChanges } from "./rules/changes/cluster-release-changes.ts";
import { fleetDefaultChanges } from "./rules/changes/fleet-default-changes.ts";
import { jupyterhubMajor } from "./rules/changes/jupyterhub-major.ts";
import { noEffect } from "./rules/changes/no-effect.ts";
import { titleElsewhere } from "./rules/changes/title-elsewhere.ts";
import { homeEscaping } from "./rules/homes/home-escaping.ts";
import { homeMoves } from "./rules/homes/home-moves.ts";
import { storageClassChanges } from "./rules/homes/storage-class-changes.ts";
import { usernameChanges } from "./rules/homes/username-changes.ts";
import { volumeSourceChanges } from "./rules/homes/volume-source-changes.ts";
import { hubImageChart } from "./rules/images/hub-image-chart.ts";
import { imageReference } from "./rules/images/image-reference.ts";
import { imageTwice } from "./rules/images/image-twice.ts";
import { movingTag } from "./rules/images/moving-tag.ts";
import { placeholderImage } from "./rules/images/placeholder-image.ts";
import { staleOverride } from "./rules/images/stale-override.ts";
import { courseMismatch } from "./rules/profiles/course-mismatch.ts";
import { cpuGuarantee } from "./rules/profiles/cpu-guarantee.ts";
import { groupMemory } from "./rules/profiles/group-memory.ts";
import { memoryGuarantee } from "./rules/profiles/memory-guarantee.ts";
import { memoryUnit } from "./rules/profiles/memory-unit.ts";
import { mountClash } from "./rules/profiles/mount-clash.ts";
import { nameUnseen } from "./rules/profiles/name-unseen.ts";
import { profileKey } from "./rules/profiles/profile-key.ts";
import { profileListKey } from "./rules/profiles/profile-list-key.ts";
import { profileShape } from "./rules/profiles/profile-shape.ts";
import { profileTwice } from "./rules/profiles/profile-twice.ts";
import { roleShape } from "./rules/profiles/role-shape.ts";
import { scopeUnknown } from "./rules/profiles/scope-unknown.ts";
import { sharedFolderSplit } from "./rules/profiles/shared-folder-split.ts";
import { volumeUndeclared } from "./rules/profiles/volume-undeclared.ts";
import { misplacedBlock } from "./rules/schema/misplaced-block.ts";
import { valuesSchema } from "./rules/schema/values-schema.ts";
import { secretInCommit } from "./rules/secrets/secret-in-commit.ts";
import { secretInValues } from "./rules/secrets/secret-in-values.ts";
import { sopsExpected } from "./rules/secrets/sops-expected.ts";
import { callbackElsewhere } from "./rules/wiring/callback-elsewhere.ts";
import { environmentCrossed } from "./rules/wiring/environment-crossed.ts";
import { hostElsewhere } from "./rules/wiring/host-elsewhere.ts";
import { hostTwice } from "./rules/wiring/host-twice.ts";
import { namespaceTwice } from "./rules/wiring/namespace-twice.ts";
import { poolUnknown } from "./rules/wiring/pool-unknown.ts";
import { releaseName } from "./rules/wiring/release-name.ts";
import { shareTwice } from "./rules/wiring/share-twice.ts";
import { storageClassUnknown } from "./rules/wiring/storage-class-unknown.ts";
import { tlsHost } from "./rules/wiring/tls-host.ts";

/** In the order of the list that people read: by family, then by code. */
export const ALL_RULES: readonly Rule[] = [
  misplacedBlock,
  valuesSchema,
  courseMismatch,
  cpuGuarantee,
  groupMemory,
  memoryGuarantee,
  memoryUnit,
  mountClash,
  nameUnseen,
  profileKey,
  profileListKey,
  profileShape,
  profileTwice,
  roleShape,
  scopeUnknown,
  sharedFolderSplit,
  volumeUndeclared,
  hubImageChart,
  imageReference,
  imageTwice,
  movingTag,
  placeholderImage,
  staleOverride,
  callbackElsewhere,
  environmentCrossed,
  hostElsewhere,
  hostTwice,
  namespaceTwice,
  poolUnknown,
  releaseName,
  shareTwice,
  storageClassUnknown,
  tlsHost,
  authenticatorUnknown,
  entryExpired,
  nobodyGetsIn,
  openOnProd,
  probeUndeclared,
  roleGrows,
  traitUnknown,
  unscopedRole,
  homeEscaping,
  homeMoves,
  storageClassChanges,
  usernameChanges,
  volumeSourceChanges,
  secretInCommit,
  secretInValues,
  sopsExpected,
  chartGoesBack,
  chartMajor,
  chartPinSplit,
  clusterReleaseChanges,
  fleetDefaultChanges,
  jupyterhubMajor,
  noEffect,
  titleElsewhere,
  coreFits,
  corePoolEmpty,
  placeholderFits,
  serverFitsNode,
  serversPerNode,
];
