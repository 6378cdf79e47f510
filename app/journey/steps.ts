import type { StepName } from "./journey.ts";
import type { JourneyPlan } from "./plan.ts";
import { classmateFindsNothing } from "./steps/classmate-finds-nothing.ts";
import { cleanUp } from "./steps/clean-up.ts";
import { graderGrades } from "./steps/grader-grades.ts";
import { hubAnswers } from "./steps/hub-answers.ts";
import { kernelWorks } from "./steps/kernel-works.ts";
import { loginPage } from "./steps/login-page.ts";
import { openNotebook } from "./steps/open-notebook.ts";
import { otherProfiles } from "./steps/other-profiles.ts";
import { startServer } from "./steps/probe-server.ts";
import { pullContent } from "./steps/pull-content.ts";
import { startAgain } from "./steps/start-again.ts";
import type { Traveller } from "./traveller.ts";

export interface Step {
  name: StepName;
  title: string;
  /** A step that takes longer says nothing of the hub but that it is slow. */
  budgetSeconds: number;
  /** Steps that must have ended well. */
  needs: readonly StepName[];
  /** Why there is nothing to try; undefined when there is. */
  skip?(plan: JourneyPlan): string | undefined;
  /** @returns what was seen @throws {Met} what was met instead */
  play(traveller: Traveller): Promise<string>;
}

export const STEPS: readonly Step[] = [
  { name: "hub", title: "The hub answers", budgetSeconds: 60, needs: [], play: hubAnswers },
  {
    name: "login",
    title: "A click leads to the login",
    budgetSeconds: 30,
    needs: ["hub"],
    skip({ door }) {
      if (!door) return "the values do not say how people log in";
      return door.kind === "elsewhere" ? door.says : undefined;
    },
    play: loginPage,
  },
  // As long as the chart lets a start take, with time to clear away what was left.
  { name: "server", title: "A server starts", budgetSeconds: 360, needs: ["hub"], play: startServer },
  { name: "kernel", title: "A kernel runs and imports", budgetSeconds: 180, needs: ["server"], play: kernelWorks },
  {
    name: "content",
    title: "The course's link pulls",
    budgetSeconds: 180,
    needs: ["server"],
    skip: ({ link }) => (link ? undefined : "hub.yaml names no link under journey.link"),
    play: pullContent,
  },
  {
    name: "notebook",
    title: "The notebook opens and runs",
    budgetSeconds: 180,
    needs: ["content"],
    skip({ link }) {
      if (!link) return "hub.yaml names no link under journey.link";
      return link.file === undefined ? `the link opens ${link.opens}, which is no file` : undefined;
    },
    play: openNotebook,
  },
  { name: "restart", title: "The work is there tomorrow", budgetSeconds: 360, needs: ["server"], play: startAgain },
  {
    name: "classmate",
    title: "A classmate does not find it",
    budgetSeconds: 360,
    needs: ["restart"],
    skip: ({ classmate }) =>
      classmate === undefined ? "the values declare no classmate, as docs/probe-user.md has one" : undefined,
    play: classmateFindsNothing,
  },
  {
    name: "grader",
    title: "The grader grades",
    budgetSeconds: 240,
    needs: ["content"],
    skip: ({ link, grader }) => (link && grader ? undefined : "hub.yaml names no assignment under journey.grader"),
    play: graderGrades,
  },
  {
    name: "profiles",
    title: "Every other profile starts",
    budgetSeconds: 600,
    needs: ["server"],
    skip: ({ profiles }) => (profiles.length > 0 ? undefined : "the values offer no other profile"),
    play: otherProfiles,
  },
  { name: "clean-up", title: "Nothing is left", budgetSeconds: 90, needs: [], play: cleanUp },
];

/** Those that were asked for and all that they need. @param asked all, when none are named */
export function stepsToPlay(asked: readonly StepName[]): Set<StepName> {
  const wanted = new Set<StepName>(asked.length === 0 ? STEPS.map(({ name }) => name) : [...asked, "clean-up"]);
  // Needs stand before those who need them.
  for (const step of STEPS.toReversed()) if (wanted.has(step.name)) for (const need of step.needs) wanted.add(need);
  return wanted;
}
