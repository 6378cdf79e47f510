/** What is the same for all releases of a cluster: its kinds and their types, its nodes. A preview of many asks once. */
export const KEPT_MS = 60_000;

/** Fetches again when what is there is older than that; a failure is not kept. */
export function keptFor<T>(limitMs: number, fetchNow: () => Promise<T>): () => Promise<T> {
  let kept: { value: Promise<T>; at: number } | undefined;
  return () => {
    if (kept && performance.now() - kept.at < limitMs) return kept.value;
    const value = fetchNow();
    kept = { value, at: performance.now() };
    value.catch(() => {
      kept = undefined;
    });
    return value;
  };
}
