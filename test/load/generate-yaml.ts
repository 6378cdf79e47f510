import fc from "fast-check";

/** Values as people write them, and as they get them wrong. */
const SCALARS = [
  ...["yes", "off", "~", "", "0666", "1_000", "12:30:45", "1e3", "2024-01-01", "0x1F", "-0", "08", "null", "<<", "=", "1.5"],
  ...[
    "text",
    "two words",
    "a:b",
    "a: b",
    "a #b",
    "a#b",
    "*x",
    "&x y",
    "*missing",
    "&y",
    "!!str 5",
    "!local z",
    "@at",
    "`tick",
    "%percent",
  ],
  ...[
    "'single'",
    "'it''s'",
    '"double"',
    '"a\\tb"',
    '"\\q"',
    '"open',
    "'open",
    "| ",
    "|",
    ">-",
    "|2",
    "|+",
    ">\t",
    "- x",
    "-",
    "?",
    "? x",
    ": y",
  ],
  ...[
    "{}",
    "[]",
    "{a: 1}",
    "[1, 2]",
    "{a: 1, b: }",
    "[a, b: c]",
    "{a",
    "[a",
    "{a: 1,}",
    "[,]",
    "[a,,b]",
    "{<<: *x}",
    "{ a: 'b' , \"c\": d }",
  ],
  ...["text\t", "text \t# note", "\ttext", "a\tb", "...", "---", "é", "\u00a0x", "🙂", "{{ x }}", "a,b", "]", "}"],
];
const KEYS = ["a", "b", "c", "yes", "1", "'q'", '"d"', "a b", "<<", "x y", "-", "?", "&k k", "*x", "!!str s", "1.5", "~", ""];

const line = fc.record({
  indent: fc.constantFrom("", "", "", "  ", "  ", "    ", " ", "\t", "  \t"),
  dash: fc.constantFrom("", "", "", "", "- ", "-  ", "- - ", "-\t"),
  key: fc.constantFrom(...KEYS),
  colon: fc.constantFrom(": ", ": ", ": ", ":", ":\t", " : ", "", ":  "),
  value: fc.constantFrom(...SCALARS),
  end: fc.constantFrom("", "", "", "", " # note", " ", "\t", "\r", " #", "#no"),
});

/** Lines of keys and values that sometimes make sense. */
export const yamlText = fc
  .record({
    head: fc.constantFrom("", "", "", "x: &x {k: 1, l: {m: 2}}\n", "# comment\n", "---\n", "x: &x\n  k: 1\n"),
    lines: fc.array(line, { minLength: 1, maxLength: 5 }),
    last: fc.constantFrom("\n", "", "\n\n", "\n# end", "\n  \n", "\n\t\n"),
  })
  .map(({ head, lines, last }) => {
    const text = lines.map(({ indent, dash, key, colon, value, end }) => `${indent}${dash}${key}${colon}${value}${end}`);
    return `${head}${text.join("\n")}${last}`;
  });

/** The same with some characters put in or taken out. */
export const brokenYaml = fc
  .tuple(
    yamlText,
    fc.array(fc.tuple(fc.nat(80), fc.constantFrom(..."\t :-#&*!|>'\"{}[],?%~\n xé".split(""), "", "")), { maxLength: 3 }),
  )
  .map(([text, edits]) =>
    edits.reduce((edited, [position, inserted]) => {
      const at = edited.length === 0 ? 0 : position % edited.length;
      return `${edited.slice(0, at)}${inserted}${edited.slice(at + (inserted === "" ? 1 : 0))}`;
    }, text),
  );
