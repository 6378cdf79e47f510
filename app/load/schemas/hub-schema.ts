import { z } from "zod";
import {
  contentPath,
  cron,
  interactLink,
  name,
  namespace,
  notEmpty,
  probeUser,
  pythonPackage,
  repository,
  timeZone,
  valuePath,
  webAddress,
} from "./formats.ts";

const hubEnvironment = z.strictObject({
  url: webAddress.describe("Where students reach the hub in this environment."),
  cluster: name.optional().describe("The cluster of this release; else the environment's."),
  namespace: namespace.optional().describe("Kubernetes namespace; else <hub>-<environment>."),
});

const image = z
  .strictObject({
    valuePath: valuePath
      .default("jupyterhub.singleuser.image")
      .describe(
        "Where the chart expects the user image in its values, as keys joined by dots; the pinned name and tag are put there.",
      ),
  })
  .describe("How the pinned user image reaches the chart.");

const grader = z
  .strictObject({
    kind: z
      .enum(["otter-service", "okpy", "external"])
      .describe("What grades the assignments; external: something Campanile does not deploy."),
  })
  .describe("How the course is graded.");

const content = z
  .strictObject({
    site: webAddress.optional().describe("The course's site or syllabus, whose links lead students to the hub."),
    repositories: z
      .array(
        z.strictObject({
          repository: repository.describe("owner/name on GitHub."),
          branch: notEmpty.default("main").describe("The branch that the course's links name."),
        }),
      )
      .default([])
      .describe("Repositories with the course's notebooks."),
  })
  .describe("Where the course's material is.");

const journeyGrader = z
  .strictObject({
    autograder: contentPath.describe("What Otter grades with: an autograder's zip file, or a folder that has tests in it."),
    blank: contentPath.describe("The notebook as students get it; it is to get nothing."),
    solution: contentPath.describe("The notebook with all answers; it is to get full marks."),
  })
  .describe("A small assignment made for this, in the repository of the link: the grader is tried with it.");

const journeySchedule = z
  .strictObject({
    cron: z
      .array(cron)
      .min(1, "at-least-one")
      .max(10)
      .describe("Times, each as minute, hour, day of the month, month and day of the week: 30 7 * * 1-5."),
    timeZone: timeZone.describe("The place whose time it is, such as America/Los_Angeles."),
  })
  .describe("When the journey is played without anything being deployed: before the first class of the day, or every few hours.");

const journey = z
  .strictObject({
    imports: z
      .array(pythonPackage)
      .max(100)
      .default([])
      .describe("Packages that this term's notebooks import; a server in which one of them is missing is broken."),
    link: interactLink
      .optional()
      .describe("A link of the syllabus: it is clicked as a student clicks it. Its host is left out of account."),
    grader: journeyGrader.optional(),
    schedule: journeySchedule.optional(),
    environments: z
      .array(name)
      .min(1, "at-least-one")
      .optional()
      .describe("Where it is played; in every environment of the hub when left out."),
    user: probeUser.default("campanile-probe").describe("The user as whom Campanile comes; the hub's values declare it."),
  })
  .describe("What a student's journey through this hub is, which Campanile plays to prove that the hub works.");

/** `hubs/<hub>/hub.yaml`: the course, its people, and where its hub runs. */
export const hubSchema = z
  .strictObject({
    title: notEmpty.describe("The course as people say it, such as Data 8."),
    owners: z.array(notEmpty).min(1, "at-least-one").describe("Mail addresses or GitHub logins of those who answer for the hub."),
    students: z
      .int("students")
      .min(0, "students")
      .max(1_000_000, "students")
      .optional()
      .describe("How many students an outage meets."),
    environments: z
      .record(name, hubEnvironment)
      .refine((value) => Object.keys(value).length > 0, "at-least-one")
      .describe("The environments that the hub has, out of the fleet's."),
    image: image.prefault({}),
    grader: grader.optional(),
    content: content.optional(),
    journey: journey.optional(),
  })
  .meta({ title: "Campanile hub", description: "hubs/<hub>/hub.yaml: the course, its people, and where its hub runs." });

export type HubFile = z.output<typeof hubSchema>;
