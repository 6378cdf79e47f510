import type { CheckReport } from "./check-outputs.ts";
import { diffParts } from "./describe-diff.ts";
import { beyondParts } from "./describe-effect.ts";
import { nameGroup } from "./group-alike.ts";
import { byteLength, escapeMarkdown, link } from "./markdown.ts";
import type { PreviewRelease } from "./preview-result.ts";

/** The rest of a diff that is too long for one check: each page is a check of its own, beside the one that has the verdict. */
export type DiffPage = Pick<CheckReport, "title" | "summary"> & { number: number; text: string };

/** Each page is a write to GitHub, which takes 80 a minute from all pull requests together. */
export const PAGES_LIMIT = 8;

/** Room for the links to all pages. */
export const LINKS_BYTES = 2_500;

/** Markdown that leaves nothing open, so that a page may end after it. */
interface Block {
  heading: string;
  text: string;
}

/** All that changes in releases that change alike, as pieces that fit on any page. */
export function diffBlocks(group: readonly PreviewRelease[]): Block[] {
  const [release] = group;
  if (!release?.diff) return [];
  const heading = `#### ${escapeMarkdown(nameGroup(group))}`;
  const { diff, effect } = release;
  return [...diffParts(diff), ...(effect ? beyondParts(diff, effect) : [])].map((text) => ({ heading, text }));
}

/**
 * Fills one page after the other, each under its own headings.
 * @param rooms bytes on the first page and on each that follows
 * @returns at least one page, which is empty when there is no block
 */
export function cutPages(blocks: readonly Block[], rooms: { first: number; other: number }): { pages: string[]; isCut: boolean } {
  const pages: string[] = [""];
  let heading = "";
  for (const block of blocks) {
    const isSame = block.heading === heading;
    const page = pages.at(-1) ?? "";
    const longer = [page, isSame ? "" : block.heading, block.text].filter(Boolean).join("\n\n");
    if (byteLength(longer) <= (pages.length === 1 ? rooms.first : rooms.other)) {
      pages[pages.length - 1] = longer;
    } else {
      if (pages.length === PAGES_LIMIT) return { pages, isCut: true };
      pages.push(`${block.heading}${isSame ? " (goes on)" : ""}\n\n${block.text}`);
    }
    heading = block.heading;
  }
  return { pages, isCut: false };
}

/** The first page's text with the way to the others above it. */
export function withLinks(text: string, links: readonly string[]): string {
  if (links.length === 0) return text;
  const named = links.map((address, index) => link(`page ${index + 2}`, address));
  return `**Page 1 of ${links.length + 1}.** The diff goes on: ${named.join(", ")}.\n\n${text}`;
}
