/** Workflows that Campanile begins by itself, at each start and every few minutes, whatever else a test does. */
export const BY_THE_CLOCK: readonly string[] = ["reconcile", "begin-due-journeys"];
