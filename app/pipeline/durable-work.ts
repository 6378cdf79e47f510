import type { ReleaseOutcome, RolloutOutcome } from "../domain/rollout.ts";
import type { EventSource } from "../event/deploy-event.ts";
import type { RolloutRequest } from "../rollout/roll-out.ts";
import type { JourneyRequest } from "./play-release-journey.ts";

/** What a durable workflow may ask for. Everything that reaches outside happens in a step, and a finished step is never run again. */
export interface DurableWork {
  /** Names the workflow: for work that a delivery began, the delivery's GUID. */
  id: string;
  /**
   * Runs once and remembers the result, which must be JSON. A crash in the middle runs it again, so each one is safe to do twice.
   * A `ClusterError` that may pass is tried again with growing pauses; any other error ends the workflow.
   */
  step<T>(name: string, run: () => Promise<T>): Promise<T>;
  sleepSeconds(seconds: number): Promise<void>;
  /** Resolves once newer work waits for this one's end, because both are about the same pull request; or when the signal comes. */
  untilSuperseded(signal: AbortSignal): Promise<void>;
  /** Deploys hubs side by side; one that fails leaves the others alone. */
  deployHubs(inputs: HubDeployment[]): Promise<HubDeploymentResult[]>;
  /** Moves one release, after every rollout of the same release that was asked for before. */
  rollOut(request: RolloutRequest): Promise<RolloutOutcome>;
  /** Begins the journeys that are due, a few at once, and does not wait for them. Each due time of a release is begun once, however often it is asked for. */
  beginJourneys(journeys: DueJourney[]): Promise<void>;
}

/** A journey that the clock asks for. */
export interface DueJourney {
  request: JourneyRequest;
  /** ISO 8601. */
  dueAt: string;
}

/** One hub's part of a deploy: its releases in promotion order. */
export interface HubDeployment {
  deployId: string;
  source: EventSource;
  hub: string;
  stages: HubStage[];
}

export interface HubStage {
  request: RolloutRequest;
  /** How long the environment before it must have been healthy. */
  soakSeconds: number;
  /** Set when the fleet wants a person to start this environment. */
  heldBecause: string | null;
}

export interface HubDeploymentResult {
  hub: string;
  outcomes: { releaseId: string; outcome: ReleaseOutcome }[];
}
