/** An nbgitpuller link, taken apart. */
export interface CourseLink {
  /** Address of the repository, as the link names it. */
  repository: string;
  branch?: string;
  /** Into which folder it is pulled, from the server's root. */
  folder: string;
  depth?: string;
  /** Below the user's address, after the pull: `lab/tree/materials/lab/lab01.ipynb`. */
  opens: string;
  interface: "lab" | "notebook" | "tree" | "other";
  /** The file that is opened, from the server's root; absent when it is only a folder or a program. */
  file?: string;
  /** Path and query, from the hub's root, as a student's browser asks for it. */
  path: string;
}

/**
 * Reads an interact link as nbgitpuller reads it.
 * @returns undefined for what is none
 * @see nbgitpuller, handlers.py: UIHandler
 */
export function parseCourseLink(link: string): CourseLink | undefined {
  const url = URL.parse(link);
  const [, below] = /\/(?:hub\/)?(user-redirect\/git-pull)$/.exec(url?.pathname ?? "") ?? [];
  const asked = url?.searchParams;
  const repository = asked?.get("repo")?.replace(/\/+$/, "");
  if (!url || !asked || below === undefined || !repository) return undefined;
  const folder = asked.get("targetpath") ?? asked.get("targetPath") ?? repository.split("/").at(-1) ?? "";
  const opens = asked.get("urlpath") ?? asked.get("urlPath") ?? defaultPath(asked, folder);
  const place = placeOf(opens.replace(/^\/+/, ""));
  const [branch, depth] = [asked.get("branch"), asked.get("depth")];
  return {
    repository,
    ...(branch ? { branch } : {}),
    folder,
    ...(depth ? { depth } : {}),
    opens: opens.replace(/^\/+/, ""),
    ...place,
    path: `hub/${below}${url.search}`,
  };
}

function defaultPath(asked: URLSearchParams, folder: string): string {
  const subPath = asked.get("subpath") ?? asked.get("subPath");
  const path = subPath ? `${folder}/${subPath}` : folder;
  if (asked.get("app")?.toLowerCase() === "lab") return `lab/tree/${path}`;
  return path.toLowerCase().endsWith(".ipynb") ? `notebooks/${path}` : `tree/${path}`;
}

/** @see JupyterLab, "Managing Workspaces and URLs": a workspace may stand between lab and tree */
const INTERFACES = [
  { interface: "lab", pattern: /^(?:lab|doc)(?:\/workspaces\/[^/]+)?\/tree\/(.+)$/ },
  { interface: "notebook", pattern: /^notebooks\/(.+)$/ },
  { interface: "tree", pattern: /^(?:tree|edit)\/(.+)$/ },
] as const;

function placeOf(opens: string): Pick<CourseLink, "interface" | "file"> {
  const path = opens.split(/[?#]/)[0] ?? "";
  for (const { interface: name, pattern } of INTERFACES) {
    const [, rest] = pattern.exec(path) ?? [];
    if (rest === undefined) continue;
    const file = decoded(rest).replace(/\/+$/, "");
    return { interface: name, ...(/\.[A-Za-z0-9]+$/.test(file) ? { file } : {}) };
  }
  return { interface: /^lab\b/.test(path) ? "lab" : /^tree\b/.test(path) ? "tree" : "other" };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
