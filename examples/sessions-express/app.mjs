// A web application with login and sessions in Express: a page for everyone, pages for signed-in
// users, a switch of the organization, logout, and sessions that end by webhook.
import express from "express";
import { ScalekitClient, WebhookVerificationError } from "scalekit-client";
import { MemoryStore, ScalekitAuth } from "scalekit-client/express";

import { page } from "./page.mjs";

const { PORT = "3000", WEBHOOK_SECRET = "", COOKIE_SECRET } = process.env;
const url = process.env.APP_URL ?? `http://localhost:${PORT}`;
const client = ScalekitClient.fromEnv();
const auth = ScalekitAuth({
  client,
  redirectUri: `${url}/callback`,
  cookieEncryptionSecret: COOKIE_SECRET,
  // For one process. Use a RedisStore for several ones.
  store: new MemoryStore(),
  onLogin: ({ user }) => console.log("signed in:", user.sub),
  onLogout: ({ user }) => console.log("signed out:", user.sub),
});

const app = express();
app.use(auth.router);

app.get("/", auth.optionalAuth, (request, response) => {
  response.send(page("Acme", request.scalekitUser));
});

app.get("/orders", auth.requiresAuth, (request, response) => {
  response.send(page("Orders", request.scalekitUser, "You have no orders."));
});

app.get("/admin", auth.requires({ roles: "admin" }), (request, response) => {
  response.send(page("Administration", request.scalekitUser, "Only administrators see this."));
});

app.get("/me", auth.requiresAuth, (request, response) => {
  response.json(request.scalekitSession);
});

app.get("/switch/:id", auth.requiresAuth, (request, response) =>
  auth.login(request, response, { organizationId: request.params.id, returnTo: "/orders" }),
);

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
