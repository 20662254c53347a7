import { ScalekitClient } from "scalekit-client";
import { MemoryStore, ScalekitAuthNext } from "scalekit-client/next";

const { SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET } = process.env;
const url = process.env.APP_URL ?? "http://localhost:3000";

export const client = new ScalekitClient(
  SCALEKIT_ENVIRONMENT_URL,
  SCALEKIT_CLIENT_ID,
  SCALEKIT_CLIENT_SECRET,
);

// Next.js loads this module several times in one process, for pages, routes and the proxy. They
// share a store, so that a session is refreshed once. Use a RedisStore for several processes.
globalThis.sessionStore ??= new MemoryStore();

export const auth = ScalekitAuthNext({
  client,
  redirectUri: `${url}/callback`,
  cookieEncryptionSecret: process.env.COOKIE_SECRET,
  cookieSecure: url.startsWith("https:"), // not all browsers accept secure cookies of localhost
  store: globalThis.sessionStore,
});
