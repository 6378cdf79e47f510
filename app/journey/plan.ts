import type { HubJourney, ImagePin } from "../domain/hub.ts";
import type { CourseLink } from "./course-link.ts";
import type { Door } from "./login-door.ts";
import type { MountSight } from "./ports.ts";

/** What one journey expects, all of it known before it begins. */
export interface JourneyPlan {
  /** `data8-staging`. */
  release: string;
  /** The user as whom it is played. */
  user: string;
  /** Another one, who must not see what the first has written; absent where the values declare none. */
  classmate?: string;
  /** Of the hub for people, with its base path and a slash at its end. */
  publicUrl: string;
  /** Absent where the pinned chart is none whose contents are known. */
  jupyterhubVersion?: string;
  /** Class names without their modules; absent where the values leave it open. */
  authenticator?: string;
  spawner?: string;
  door?: Door;
  /** What servers run; absent when the chart's own default is used. */
  image?: ImagePin;
  /** The home that the values give everybody alike; absent where a part of it is each user's own, or they leave it open. */
  homeOfAll?: Pick<MountSight, "volume" | "folder">;
  /** What students may choose beside what they get without choosing. */
  profiles: readonly JourneyProfile[];
  imports: readonly string[];
  /** Absent when the fleet names none. */
  link?: CourseLink;
  /** Absent when the fleet names no assignment. */
  grader?: NonNullable<HubJourney["grader"]>;
}

export interface JourneyProfile {
  /** As students read it. */
  name: string;
  /** As the hub is asked for it. */
  slug: string;
  image?: ImagePin;
}

/** `user-data8@sha256:be187f631112`, or with its tag where no digest is pinned. */
export function nameImage(image: string): string {
  const short = image.split("/").at(-1) ?? image;
  const [, name = short, digest] = /^([^:@]+).*@(sha256:[0-9a-f]{12})[0-9a-f]*$/.exec(short) ?? [];
  return digest === undefined ? short : `${name}@${digest}`;
}
