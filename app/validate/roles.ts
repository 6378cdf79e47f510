/** Over all users and servers of the hub unless a filter follows the "!". */
export const POWERFUL_SCOPES: ReadonlySet<string> = new Set([
  "admin:users",
  "admin:auth_state",
  "admin:servers",
  "admin:groups",
  "access:servers",
  "servers",
  "users",
  "tokens",
]);
