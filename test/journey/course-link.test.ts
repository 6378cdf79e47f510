import { expect, test } from "vitest";
import { parseCourseLink } from "../../app/journey/course-link.ts";

const REPOSITORY = "https://github.com/data-8/materials-fa26";
const HUB = "https://data8.example/hub/user-redirect/git-pull";

test.each([
  [
    "a link for the lab interface",
    `${HUB}?repo=${encodeURIComponent(REPOSITORY)}&branch=main&urlpath=${encodeURIComponent("lab/tree/materials-fa26/lab/lab01.ipynb")}`,
    {
      repository: REPOSITORY,
      branch: "main",
      folder: "materials-fa26",
      interface: "lab",
      file: "materials-fa26/lab/lab01.ipynb",
    },
  ],
  [
    "one for the notebook interface, with a slash before its path",
    `${HUB}?repo=${REPOSITORY}/&urlpath=/notebooks/materials-fa26/hw/hw%2002.ipynb`,
    {
      repository: REPOSITORY,
      interface: "notebook",
      file: "materials-fa26/hw/hw 02.ipynb",
      opens: "notebooks/materials-fa26/hw/hw 02.ipynb",
    },
  ],
  [
    "one of the older kind, by subPath",
    `https://data8.example/user-redirect/git-pull?repo=${REPOSITORY}&subPath=lab/lab01.ipynb&depth=1`,
    {
      folder: "materials-fa26",
      depth: "1",
      interface: "notebook",
      file: "materials-fa26/lab/lab01.ipynb",
      path: expect.stringMatching(/^hub\/user-redirect\/git-pull\?repo=/),
    },
  ],
  [
    "one that pulls into a folder of its own name, and opens it",
    `${HUB}?repo=${REPOSITORY}&targetPath=data8&urlpath=tree/data8`,
    { folder: "data8", interface: "tree", opens: "tree/data8" },
  ],
  ["one that opens a program", `${HUB}?repo=${REPOSITORY}&urlpath=rstudio/`, { interface: "other", opens: "rstudio/" }],
  [
    "one into a workspace of the lab interface, on a hub below a path",
    `https://hub.example/jupyter/hub/user-redirect/git-pull?repo=${REPOSITORY}&urlpath=lab/workspaces/a/tree/x/y.ipynb%3Freset`,
    { interface: "lab", file: "x/y.ipynb" },
  ],
])("reads %s", (_title, link, expected) => {
  expect(parseCourseLink(link)).toMatchObject(expected);
});

test.each(["https://data8.example/hub/user-redirect/tree", `${HUB}?branch=main`, "no address"])("%s is none", (link) => {
  expect(parseCourseLink(link)).toBeUndefined();
});
