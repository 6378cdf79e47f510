import path from "node:path";
import { z } from "zod";
import { DESCRIBE_WIDGETS, OWN_FOLDER } from "../cells.ts";
import type { CourseLink } from "../course-link.ts";
import { Met } from "../sight.ts";
import { parseJson, parsePrinted, type Traveller } from "../traveller.ts";

/** Imports and the set-up of the grader stand at the top; what students fill in comes below. */
const CELL_LIMIT = 3;

const source = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))]);
const notebookAnswer = z.object({
  type: z.literal("notebook"),
  content: z.object({
    cells: z.array(z.object({ cell_type: z.string(), source })),
    metadata: z.object({ kernelspec: z.object({ name: z.string() }).optional() }).default({}),
  }),
});
const widgets = z.object({
  ipywidgets: z.string().nullable(),
  frontends: z.array(z.object({ name: z.string(), wanted: z.string(), found: z.string().nullable(), fits: z.boolean() })),
  labextension: z.string().nullable(),
});

/** The notebook of the link opens in the interface that the link names, and its first cells run. */
export async function openNotebook(traveller: Traveller): Promise<string> {
  const { link, user } = traveller.plan;
  if (link?.file === undefined) throw new Error("asked to open no file");
  const file = path.posix.join(OWN_FOLDER, link.file);
  traveller.doing = `open ${link.file}`;
  const contents = await traveller.ask({ method: "GET", path: `user/${user}/api/contents/${escaped(file)}` });
  if (contents.status !== 200) throw new Met({ kind: "no-file", file: link.file, opens: link.opens, status: contents.status });
  await openPage(traveller, link);
  const notebook = notebookAnswer.safeParse(parseJson(contents.text));
  if (!notebook.success) return `${link.file} opens in ${nameOf(link)}; it is no notebook`;
  const ran = await runFirstCells(traveller, link.file, path.posix.dirname(file), notebook.data.content);
  return `${link.file} opens in ${nameOf(link)}, and ${ran}${await checkWidgets(traveller)}`;
}

async function openPage(traveller: Traveller, link: CourseLink): Promise<void> {
  const { user } = traveller.plan;
  const own = link.opens.replace(link.folder, `${OWN_FOLDER}/${link.folder}`);
  let address = `user/${user}/${own}`;
  for (let hops = 0; hops < 5; hops++) {
    const { status, location } = await traveller.ask({ method: "GET", path: address });
    if (status === 200) return;
    const next = location === undefined ? undefined : new URL(location, `${traveller.plan.publicUrl}${address}`);
    if (!next?.pathname.includes(`/user/${user}/`)) throw new Met({ kind: "no-interface", opens: link.opens, status });
    address = `${next.pathname.slice(next.pathname.indexOf("/user/") + 1)}${next.search}`;
  }
}

type Notebook = z.output<typeof notebookAnswer>["content"];

async function runFirstCells(traveller: Traveller, file: string, dir: string, { cells, metadata }: Notebook): Promise<string> {
  const code = cells.filter((cell) => cell.cell_type === "code" && cell.source.trim() !== "").slice(0, CELL_LIMIT);
  if (code.length === 0) return "it has no code";
  const name = metadata.kernelspec?.name;
  const kernel = await traveller.openKernel({ dir, ...(name === undefined ? {} : { name }) });
  for (const [index, cell] of code.entries()) {
    traveller.doing = `run code cell ${index + 1} of ${file}`;
    await traveller.run(cell.source, { doing: "notebook", what: `Code cell ${index + 1} of ${file}`, kernel });
  }
  await kernel.close();
  return code.length === 1 ? "its first code cell runs" : `its first ${code.length} code cells run`;
}

/** ipywidgets itself names the front ends that it goes with. */
async function checkWidgets(traveller: Traveller): Promise<string> {
  const printed = await traveller.run(DESCRIBE_WIDGETS, { doing: "other", what: "asking for the versions of widgets" });
  const found = parsePrinted(widgets, "Asking for the versions of widgets", printed);
  if (found.ipywidgets === null) return "";
  const wrong = found.frontends.find(({ fits }) => !fits);
  if (wrong)
    throw new Met({
      kind: "widgets",
      says: `ipywidgets ${found.ipywidgets} wants ${wrong.name}${wrong.wanted}, and the image has ${wrong.found ?? "none"}`,
    });
  return found.frontends.length === 0 ? "" : `; widgets ${found.ipywidgets} and their front ends agree`;
}

const nameOf = (link: CourseLink) =>
  ({ lab: "JupyterLab", notebook: "the notebook interface", tree: "the tree interface", other: link.opens })[link.interface];

const escaped = (file: string) => file.split("/").map(encodeURIComponent).join("/");
