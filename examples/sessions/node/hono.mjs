// A Hono application with login, an administration page, an API and webhooks.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { ScalekitClient, WebhookVerificationError } from "scalekit-client";
import { MemoryStore, requiresToken, ScalekitAuth } from "scalekit-client/hono";

import { page } from "./page.mjs";

const { PORT = "3000", WEBHOOK_SECRET = "", COOKIE_SECRET } = process.env;
const url = process.env.APP_URL ?? `http://localhost:${PORT}`;
const client = ScalekitClient.fromEnv();
const auth = ScalekitAuth({
  client,
  redirectUri: `${url}/callback`,
  cookieEncryptionSecret: COOKIE_SECRET,
  cookieSecure: url.startsWith("https:"), // not all browsers accept secure cookies of localhost
  store: new MemoryStore(), // with several processes, use a RedisStore
  onLogin: ({ user }) => console.log("signed in:", user.sub),
  onLogout: ({ user }) => console.log("signed out:", user.sub),
});

const app = new Hono();
app.use(auth.router);

app.get("/", auth.optionalAuth, (c) => {
  const user = c.get("scalekitUser");
  return c.html(page("Welcome", user ? "You are signed in." : "Sign in to see your orders.", user));
});

app.get("/orders", auth.requiresAuth, (c) =>
  c.html(page("Orders", "You have no orders.", c.get("scalekitUser"))),
);

app.get("/admin", auth.requires({ roles: "admin" }), (c) =>
  c.html(page("Administration", "Only administrators see this page.", c.get("scalekitUser"))),
);

app.get("/me", auth.requiresAuth, (c) => c.json(c.get("scalekitSession")));

app.get("/switch/:id", (c) =>
  auth.login(c, { organizationId: c.req.param("id"), returnTo: "/orders" }),
);

app.get("/api/orders", requiresToken({ client }), (c) =>
  c.json({ client: c.get("auth").clientId, orders: [] }),
);

app.post("/webhook", async (c) => {
  const body = await c.req.text();
  try {
    client.verifyWebhookPayload(WEBHOOK_SECRET, c.req.raw.headers, body);
  } catch (error) {
    if (error instanceof WebhookVerificationError) {
      return c.text(error.message, 400);
    }
    throw error;
  }
  await auth.handleEvent(JSON.parse(body));
  return c.body(null, 204);
});

serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(PORT) }, () => console.log(url));
