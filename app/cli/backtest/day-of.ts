/** `2024-09-26`, in UTC. */
export function dayOf(atSeconds: number): string {
  return new Date(atSeconds * 1000).toISOString().slice(0, 10);
}
