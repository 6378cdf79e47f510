import path from "node:path";

/** What a person does once the files are there, in order. */
export function nextSteps(folder: string, secretsFiles: readonly string[]): string {
  const place = path.relative(process.cwd(), folder);
  // sops writes only into folders that are there, and loses what was typed where they are not.
  const secretsFolders = [...new Set(secretsFiles.map((file) => path.posix.dirname(file)))];
  const commands = [
    ...(place === "" ? [] : [`cd ${place}`]),
    ...secretsFolders.map((each) => `mkdir -p ${each}`),
    ...secretsFiles.map((file) => `sops edit ${file}`),
  ];
  return `
Next:
  1. Say in values/common.yaml how people log in (hub.config of JupyterHub's values): left to itself, the JupyterHub chart lets
     in whoever types a name.
  2. Write the secrets of each hub, such as those of its login. sops encrypts them when you close the editor:
${commands.map((command) => `     ${command}\n`).join("")}  3. Look over all of it: campanile validate
  4. Make a repository on GitHub, commit these files to its default branch and push. Keep the private age key out of it.
  5. Install the Campanile GitHub App on that repository.
  6. In the repository's settings, under Rules, protect the default branch: require a pull request, and the status check "campanile".
`;
}
