/** A web application with a login: a fetch handler, which Node, Bun and Deno serve. */
import { randomUUID } from "node:crypto";

import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import {
  ScalekitClient,
  ScalekitNotFoundException,
  ScalekitValidateTokenFailureException,
} from "scalekit-client";

const scalekit = ScalekitClient.fromEnv();
const callback = `${process.env.APP_URL}/callback`;

export const app = new Hono();

app.get("/", async (c) => {
  try {
    const user = await scalekit.validateToken(getCookie(c, "id_token"));
    return c.text(`Signed in as ${user.email}`);
  } catch (error) {
    if (!(error instanceof ScalekitValidateTokenFailureException)) {
      throw error;
    }
    return c.text("Log in");
  }
});

app.get("/login", (c) => {
  const state = randomUUID();
  setCookie(c, "state", state, { httpOnly: true, sameSite: "Lax" });
  const loginHint = c.req.query("login_hint");
  return c.redirect(scalekit.getAuthorizationUrl(callback, { state, loginHint }));
});

app.get("/callback", async (c) => {
  const { code, state } = c.req.query();
  if (!state || state !== getCookie(c, "state")) {
    return c.text("The login was not started in this browser", 403);
  }
  const { idToken } = await scalekit.authenticateWithCode(code, callback);
  setCookie(c, "id_token", idToken, { httpOnly: true, sameSite: "Lax" });
  return c.redirect("/");
});

app.get("/organizations/:id", async (c) => {
  try {
    const { organization } = await scalekit.organization.getOrganization(c.req.param("id"));
    return c.json({ name: organization.displayName });
  } catch (error) {
    if (!(error instanceof ScalekitNotFoundException)) {
      throw error;
    }
    return c.json({ error: error.name }, error.httpStatus);
  }
});
