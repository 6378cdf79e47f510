import { escapeMarkdown } from "./markdown.ts";

/** How the same sentences are written where they go: into a comment, or to a terminal. */
export interface Style {
  /** Text from outside, so that it can be nothing but text there. */
  text(text: string): string;
  strong(text: string): string;
}

export const MARKDOWN: Style = { text: escapeMarkdown, strong: (text) => `**${text}**` };
