import type { GitPerson } from "../git/commits.ts";
import type { Account } from "../state/accounts.ts";

/** Who commits what is done by a button on GitHub's pages. */
export const WEB_FLOW = { name: "GitHub", email: "noreply@github.com" };

export const gitPersonOf = (account: Account, at: Date): GitPerson => ({
  name: account.name ?? account.login,
  email: account.email,
  atSeconds: Math.floor(at.getTime() / 1000),
});
