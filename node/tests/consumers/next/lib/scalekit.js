import { ScalekitClient } from "scalekit-client";

let client;

/** Returns the client of the process. The first request creates it: a build has no credentials. */
export function scalekit() {
  return (client ??= ScalekitClient.fromEnv());
}

/** Returns the URL that a login returns to. */
export function callbackUrl() {
  return `${process.env.APP_URL}/callback`;
}
