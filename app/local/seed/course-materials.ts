/** The repository with the course's notebooks, to which the sample's link leads. */
export const COURSE_REPOSITORY = "data8-materials-fa26";

/** What students write their answers into. */
const LAB = notebook(
  "import numpy as np\nfrom datascience import *",
  "heights = make_array(64, 72, 70)",
  "print(heights.mean())",
);

/** As Otter wants it: one question, two points. */
const QUESTION = `OK_FORMAT = True
test = {
    "name": "q1",
    "points": 2,
    "suites": [{"cases": [{"code": ">>> answer == 42\\nTrue", "hidden": False, "locked": False}], "scored": True, "setup": "", "teardown": "", "type": "doctest"}],
}
`;

/** What the repository holds at its first commit, by path: a lab, and the small assignment that a journey has graded. */
export const COURSE_FILES: Readonly<Record<string, string>> = {
  "README.md": "# Data 8, fall 2026\n",
  "lab/lab01.ipynb": LAB,
  "probe/autograder/tests/q1.py": QUESTION,
  "probe/blank.ipynb": notebook("answer = ..."),
  "probe/solution.ipynb": notebook("answer = 42"),
};

/** @param sources of its code cells, below a heading */
function notebook(...sources: readonly string[]): string {
  const cells = sources.map((source, index) => ({
    cell_type: "code",
    execution_count: null,
    id: `cell-${index}`,
    metadata: {},
    outputs: [],
    source,
  }));
  return JSON.stringify({
    cells: [{ cell_type: "markdown", id: "heading", metadata: {}, source: "# Lab 1" }, ...cells],
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
