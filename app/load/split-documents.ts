/** One document of a file: the file's text with all other documents blanked out, so that every place stays where it is. */
export interface YamlDocument {
  text: string;
  /** Where it begins. */
  offset: number;
}

export type SplitText =
  | { kind: "documents"; documents: YamlDocument[] }
  /** Something stands beside the three dashes, which Helm refuses. */
  | { kind: "bad-separator"; offset: number };

/**
 * Splits a values file as Helm does before it parses: at every line that begins with three dashes. Documents without content are left out.
 * @see Helm 4, `LoadValues`, and `YAMLReader` in k8s.io/apimachinery
 */
export function splitDocuments(text: string): SplitText {
  const separators = [...text.matchAll(/^---.*$/gm)];
  const bad = separators.find(([line]) => !/^---\s*(?:#.*)?$/.test(line));
  if (bad) return { kind: "bad-separator", offset: bad.index };
  const ends = [...separators.map(({ index }) => index), text.length];
  const parts = ends.map((end, number) => {
    const separator = number === 0 ? undefined : separators[number - 1];
    return { start: separator ? separator.index + separator[0].length : 0, end };
  });
  const filled = parts.filter(({ start, end }) => /^[^\S\n]*[^\s#]/m.test(text.slice(start, end)));
  if (filled.length <= 1 && separators.length === 0) return { kind: "documents", documents: [{ text, offset: 0 }] };
  return {
    kind: "documents",
    documents: filled.map(({ start, end }) => ({
      text: `${blank(text.slice(0, start))}${text.slice(start, end)}`,
      offset: start + (/\S/.exec(text.slice(start, end))?.index ?? 0),
    })),
  };
}

const blank = (text: string) => text.replace(/[^\n]/g, " ");
