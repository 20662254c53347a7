// @ts-check
/**
 * The file of each service client below `lib`, the same in the official SDK and in this package.
 * @type {Record<string, string>}
 */
export const FILES = {
  auth: "auth",
  passwordless: "passwordless",
  webauthn: "webauthn",
  m2m: "m2mclient",
  connectedAccounts: "connected-accounts",
  connection: "connection",
  directory: "directory",
  domain: "domain",
  events: "events",
  organization: "organization",
  role: "role",
  permission: "permission",
  session: "session",
  token: "token",
  tools: "tools",
  user: "user",
};
