import path from "node:path";

/** What a person does once the files are there, in order. */
export function nextSteps(folder: string, secretsFiles: readonly string[]): string {
  const place = path.relative(process.cwd(), folder);
  const enter = place === "" ? "" : `     cd ${place}\n`;
  return `
Next:
  1. Write the secrets of each hub, such as those of its login. sops encrypts them when you close the editor:
${enter}${secretsFiles.map((file) => `     sops edit ${file}\n`).join("")}  2. Look over all of it: campanile validate
  3. Make a repository on GitHub, commit these files to its default branch and push. Keep the private age key out of it.
  4. Install the Campanile GitHub App on that repository.
  5. In the repository's settings, under Rules, protect the default branch: require a pull request, and the status check "campanile".
`;
}
