import { Gauge, type Registry } from "prom-client";

/** How the last journey through each release ended, by the release's id; nothing while nobody can tell. */
type FindLastJourneys = () => Promise<ReadonlyMap<string, { outcome: string; startedAt: Date }>>;

/**
 * What an alert is made of: `campanile_students_can_work == 0`. It is read at each scrape, so that a restart forgets nothing.
 * A release of which nobody could tell has no value.
 */
export function meterLastJourneys(registry: Registry, find: FindLastJourneys): void {
  new Gauge({
    name: "campanile_students_can_work",
    help: "Whether the last student's journey through a release worked (1) or was broken (0)",
    labelNames: ["release"],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [release, { outcome }] of await find())
        if (outcome !== "could-not-tell") this.set({ release }, outcome === "works" ? 1 : 0);
    },
  });
  new Gauge({
    name: "campanile_last_journey_timestamp_seconds",
    help: "When the last student's journey through a release began",
    labelNames: ["release"],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [release, { startedAt }] of await find()) this.set({ release }, startedAt.getTime() / 1000);
    },
  });
}
