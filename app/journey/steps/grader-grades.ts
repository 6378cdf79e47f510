import path from "node:path";
import { z } from "zod";
import { gradeNotebook } from "../cells.ts";
import { Met } from "../sight.ts";
import { parsePrinted, type Traveller } from "../traveller.ts";
import { pulledFolder } from "./pull-content.ts";

const grades = z.object({ total: z.number(), possible: z.number() });

/** The image's own Otter gives the blank notebook nothing and the solution full marks. */
export async function graderGrades(traveller: Traveller): Promise<string> {
  const { grader, link } = traveller.plan;
  if (!grader || !link) throw new Error("asked to grade without an assignment");
  const at = (file: string) => path.posix.join(pulledFolder(link), file);
  const grade = async (file: string) => {
    traveller.doing = `grade ${file}`;
    const code = gradeNotebook(at(grader.autograder), at(file));
    const what = `Grading ${file}`;
    return parsePrinted(grades, what, await traveller.run(code, { doing: "grade", what }));
  };
  const blank = await grade(grader.blank);
  const solution = await grade(grader.solution);
  const full = solution.possible;
  if (full <= 0) throw new Met({ kind: "grades", what: grader.autograder, found: "no points to give", expected: "at least one" });
  if (blank.total !== 0) throw new Met({ kind: "grades", what: grader.blank, found: pointsOf(blank), expected: `0 of ${full}` });
  if (solution.total !== full)
    throw new Met({ kind: "grades", what: grader.solution, found: pointsOf(solution), expected: `${full} of ${full}` });
  return `${grader.blank} gets ${pointsOf(blank)}, ${grader.solution} ${pointsOf(solution)}`;
}

const pointsOf = ({ total, possible }: z.output<typeof grades>) => `${total} of ${possible}`;
