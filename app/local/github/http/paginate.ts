import { unprocessable } from "./api-error.ts";

const DEFAULT_PER_PAGE = 30;
const MAX_PER_PAGE = 100;

export interface Page<T> {
  items: T[];
  /** The `link` header; undefined when everything is on this page. */
  link: string | undefined;
}

/** Cuts one page out of a list, with links to the others as GitHub writes them. */
export function paginate<T>(items: readonly T[], url: URL): Page<T> {
  const perPage = Math.min(readNumber(url, "per_page", DEFAULT_PER_PAGE), MAX_PER_PAGE);
  const page = readNumber(url, "page", 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const links: string[] = [];
  const add = (number: number, rel: string) => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    links.push(`<${target.href}>; rel="${rel}"`);
  };
  if (page > 1) add(page - 1, "prev");
  if (page < last) {
    add(page + 1, "next");
    add(last, "last");
  }
  if (page > 1) add(1, "first");
  return {
    items: items.slice((page - 1) * perPage, page * perPage),
    link: links.length === 0 ? undefined : links.join(", "),
  };
}

function readNumber(url: URL, name: string, otherwise: number): number {
  const text = url.searchParams.get(name);
  if (text === null) return otherwise;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw unprocessable(`Invalid value for ${name}: ${text}`);
  return number === 0 ? otherwise : number;
}
