import { Lexer } from "yaml";

const FLOW_OPENS = new Set(["{", "["]);
const FLOW_CLOSES = new Set(["}", "]"]);
/** Marks that the lexer puts into its stream; they stand for no character of the text. */
const MARKS = new Set(["\u{2}", "\u{18}", "\u{1f}"]);

/**
 * The first tab in front of what begins a line, outside brackets and longer texts. YAML allows it where the line is empty or a comment;
 * Helm refuses the file.
 * @returns its offset
 */
export function findTab(text: string): number | undefined {
  if (!text.includes("\t")) return undefined;
  let offset = 0;
  let depth = 0;
  let isLineStart = true;
  for (const token of new Lexer().lex(text)) {
    if (MARKS.has(token)) continue;
    if (isLineStart && depth === 0 && /^[ \t]*\t/.test(token)) return offset + token.indexOf("\t");
    if (FLOW_OPENS.has(token)) depth += 1;
    if (FLOW_CLOSES.has(token)) depth -= 1;
    isLineStart = token.endsWith("\n") || (isLineStart && /^ +$/.test(token));
    offset += token.length;
  }
  return undefined;
}
