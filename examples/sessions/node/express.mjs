// An Express application with login, an administration page, an API and webhooks.
import express from "express";
import { ScalekitClient, WebhookVerificationError } from "scalekit-client";
import { MemoryStore, requiresToken, ScalekitAuth } from "scalekit-client/express";

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

const app = express();
app.use(auth.router);

app.get("/", auth.optionalAuth, ({ scalekitUser: user }, response) => {
  response.send(page("Welcome", user ? "You are signed in." : "Sign in to see your orders.", user));
});

app.get("/orders", auth.requiresAuth, (request, response) => {
  response.send(page("Orders", "You have no orders.", request.scalekitUser));
});

app.get("/admin", auth.requires({ roles: "admin" }), (request, response) => {
  const text = "Only administrators see this page.";
  response.send(page("Administration", text, request.scalekitUser));
});

app.get("/me", auth.requiresAuth, (request, response) => {
  response.json(request.scalekitSession);
});

app.get("/switch/:id", (request, response) =>
  auth.login(request, response, { organizationId: request.params.id, returnTo: "/orders" }),
);

app.get("/api/orders", requiresToken({ client }), (request, response) => {
  response.json({ client: request.auth.clientId, orders: [] });
});

// The signature covers the bytes of the body, so it is verified before the body is parsed.
app.post("/webhook", express.raw({ type: "*/*" }), async (request, response) => {
  try {
    client.verifyWebhookPayload(WEBHOOK_SECRET, request.headers, request.body);
  } catch (error) {
    if (error instanceof WebhookVerificationError) {
      return response.status(400).send(error.message);
    }
    throw error;
  }
  await auth.handleEvent(JSON.parse(request.body));
  response.sendStatus(204);
});

app.listen(Number(PORT), "127.0.0.1", () => console.log(url));
