import { ScalekitClient } from "scalekit-client";
import { ScalekitAuthNext } from "scalekit-client/next";

const { SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET } = process.env;

export const client = new ScalekitClient(
  SCALEKIT_ENVIRONMENT_URL,
  SCALEKIT_CLIENT_ID,
  SCALEKIT_CLIENT_SECRET,
);

export const auth = ScalekitAuthNext({
  client,
  redirectUri: `${process.env.APP_URL}/auth/callback`,
  cookieEncryptionSecret: process.env.COOKIE_SECRET,
  loginPath: "/auth/login",
  logoutPath: "/auth/logout",
  // Every request refreshes the session.
  refreshAheadMs: 365 * 24 * 3600 * 1000,
});
