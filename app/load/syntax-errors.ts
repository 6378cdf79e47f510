import type { YAMLParseError } from "yaml";
import type { FilePlace, Finding } from "../domain/finding.ts";

type Words = Pick<Finding, "what" | "why" | "fix">;

export const TABS: Words = {
  what: "A tab is used as indentation.",
  why: "YAML allows only spaces there.",
  fix: "Replace the tab by spaces.",
};
const INDENTATION: Words = {
  what: "The indentation does not fit what is above it, or a bracket is not closed.",
  why: "YAML tells by indentation what belongs together.",
  fix: "Line the key up with the keys beside it, two spaces deeper than the key it belongs to, and close every bracket.",
};
const MISSING: Words = {
  what: "A character is missing: a colon after a key, a comma, or a closing quote or bracket.",
  why: "Without it YAML cannot tell where the value ends.",
  fix: "Look at this line and at the one above for an open quote or bracket, or for a key without a colon and a space.",
};

/** By the parser's code. The parser's own sentences are not shown, because some of them quote the file. */
const WORDS: Partial<Record<YAMLParseError["code"], Words>> = {
  TAB_AS_INDENT: TABS,
  BAD_INDENT: INDENTATION,
  BLOCK_IN_FLOW: INDENTATION,
  MISSING_CHAR: MISSING,
  BLOCK_AS_IMPLICIT_KEY: {
    what: "There are two keys on one line, or a value that belongs in quotes.",
    why: 'A colon followed by a space begins a new value; "a: b: c" has two.',
    fix: "Put the value in quotes, or the second key on a line of its own.",
  },
  MULTILINE_IMPLICIT_KEY: {
    what: "A line here is neither a key with a value nor part of the value above.",
    why: "A key must be followed by a colon on its own line.",
    fix: "Add the colon, or indent the line so that it belongs to the value above.",
  },
  BAD_SCALAR_START: {
    what: "A value begins with a character that YAML keeps for itself, such as @, %, a backtick or a bracket.",
    why: "Without quotes that character is not text.",
    fix: "Put the whole value in quotes.",
  },
  BAD_DQ_ESCAPE: {
    what: "A value in double quotes has a backslash sequence that YAML does not know.",
    why: "In double quotes a backslash begins an escape.",
    fix: "Use single quotes, or write the backslash twice.",
  },
  BAD_ALIAS: {
    what: "An alias or anchor has no proper name.",
    why: "After * and & YAML expects a name.",
    fix: "Put the value in quotes if the sign is meant as text.",
  },
  MULTIPLE_DOCS: {
    what: "The file holds more than one YAML document.",
    why: "Helm reads the first and silently drops the rest.",
    fix: "Remove the line with --- and what follows it, or merge the two into one.",
  },
  RESOURCE_EXHAUSTION: {
    what: "The file is nested too deeply to be read.",
    why: "Campanile reads at most 64 levels; real values have fewer than 20.",
    fix: "Remove the nesting.",
  },
};

const FALLBACK: Words = {
  what: "This is not YAML.",
  why: "The parser expected something else at this place.",
  fix: "Compare the line with its neighbours: a dash, a colon with a space after it, or quotes are probably missing.",
};

/** The first thing that is wrong with a file that cannot be parsed. */
export function describeSyntaxError(error: YAMLParseError, text: string, placeAt: (offset: number) => FilePlace): Finding {
  const words = WORDS[error.code] ?? FALLBACK;
  return { code: "yaml-syntax", severity: "block", ...words, at: placeAt(nextWord(text, error.pos[0])) };
}

/** The parser may point at the end of the line before; the mistake is in the next thing that is written. */
function nextWord(text: string, offset: number): number {
  const blanks = /^\s*/.exec(text.slice(offset))?.[0].length ?? 0;
  return offset + blanks < text.length ? offset + blanks : offset;
}
