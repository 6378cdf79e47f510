import type { CheckReport } from "./check-outputs.ts";
import { shorten } from "./markdown.ts";

/** Said wherever a verdict is shown of a fleet that is only observed. */
export const OBSERVES = "Campanile only observes this repository: it tells what it finds, stops nothing and deploys nothing.";

const TITLE_LIMIT = 200;

/** The same verdict, told without weight: nothing is red, so nobody is held up by a tool that they are only trying out. */
export function asObserved({ title, summary, ...rest }: CheckReport): CheckReport {
  return {
    ...rest,
    conclusion: "neutral",
    title: shorten(`Observing: ${title}`, TITLE_LIMIT),
    summary: `${OBSERVES}\n\n${summary}`,
  };
}

/** For a commit that is merged. */
export const OBSERVED_PUSH = {
  title: "Observing: nothing is rolled out",
  summary: OBSERVES,
  annotations: [],
};
