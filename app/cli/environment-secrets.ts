const SECRET_NAMES = /(?:token|secret|password|passphrase|(?:access|api|age|private|signing)_?key)s?$/i;
const ADDRESS_WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s@]+@/i;

/** What an environment holds by the names and shapes that tools use: `GITHUB_TOKEN`, `SOPS_AGE_KEY`, the password in an address. */
export function environmentSecrets(env: NodeJS.ProcessEnv): { value: string; where: string }[] {
  return Object.entries(env).flatMap(([name, value = ""]) => {
    const secrets = [...(SECRET_NAMES.test(name) ? [value] : []), ...passwordsIn(value)];
    return secrets.map((secret) => ({ value: secret, where: `${name} of the environment` }));
  });
}

/** As it is written there, and as it is meant. */
function passwordsIn(value: string): string[] {
  if (!ADDRESS_WITH_PASSWORD.test(value)) return [];
  const password = URL.parse(value)?.password ?? "";
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
