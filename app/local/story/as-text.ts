import pc from "picocolors";

/**
 * Markdown as a terminal can show it. Of several folded parts the first is shown open; of the others their titles, as a browser does.
 * Digests are cut to their first letters, and of links, which nobody can click here, the words are left.
 */
export function asText(markdown: string): string {
  let folded = 0;
  return markdown
    .replace(/<!--.*?-->\n*/gs, "")
    .replace(/<details><summary>(.*?)<\/summary>(.*?)<\/details>/gs, (_match, title: string, content: string) => {
      folded += 1;
      return folded === 1 ? `▾ ${title}${content.trimEnd()}` : `▸ ${title} (folded, as on GitHub)`;
    })
    .replace(/^(`{3,})(\w*)\n(.*?)\n\1$/gms, (_match, _marks, language: string, content: string) =>
      language === "diff" ? content.split("\n").map(colourOfDiff).join("\n") : content,
    )
    .replace(/<\/?sub>/g, "")
    .replace(/^### (.*)$/gm, (_match, title: string) => pc.bold(title))
    .replace(/^_(.*)_$/gm, "$1")
    .replace(/(?<!\\)\[([^\]\n]+)\]\(https?:[^)\s]*\)/g, "$1")
    .replace(/\*\*(.+?)\*\*/g, (_match, words: string) => pc.bold(words))
    .replace(/\\([\\`*_{}[\]()#+.!|<>~-])/g, "$1")
    .replace(/\b([0-9a-f]{8})[0-9a-f]{56}\b/g, "$1…")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function colourOfDiff(line: string): string {
  if (line.startsWith("+")) return pc.green(line);
  if (line.startsWith("-")) return pc.red(line);
  return line.startsWith("#") ? pc.bold(line) : line;
}
