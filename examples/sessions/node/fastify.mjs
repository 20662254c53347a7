// A Fastify application with login, an administration page, an API and webhooks.
import fastify from "fastify";
import { ScalekitClient, WebhookVerificationError } from "scalekit-client";
import { MemoryStore, requiresToken, ScalekitAuth } from "scalekit-client/fastify";

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

const app = fastify();
await app.register(auth.plugin);

app.get("/", { onRequest: auth.optionalAuth }, async ({ scalekitUser: user }, reply) => {
  reply.type("text/html");
  return page("Welcome", user ? "You are signed in." : "Sign in to see your orders.", user);
});

app.get("/orders", { onRequest: auth.requiresAuth }, async (request, reply) => {
  reply.type("text/html");
  return page("Orders", "You have no orders.", request.scalekitUser);
});

app.get("/admin", { onRequest: auth.requires({ roles: "admin" }) }, async (request, reply) => {
  reply.type("text/html");
  return page("Administration", "Only administrators see this page.", request.scalekitUser);
});

app.get("/me", { onRequest: auth.requiresAuth }, async (request) => request.scalekitSession);

app.get("/switch/:id", (request, reply) =>
  auth.login(request, reply, { organizationId: request.params.id, returnTo: "/orders" }),
);

app.get("/api/orders", { onRequest: requiresToken({ client }) }, async (request) => {
  return { client: request.auth.clientId, orders: [] };
});

// The signature covers the bytes of the body, so it is verified before the body is parsed.
await app.register(async (webhooks) => {
  webhooks.removeAllContentTypeParsers();
  webhooks.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => {
    done(null, body);
  });
  webhooks.post("/webhook", async (request, reply) => {
    try {
      client.verifyWebhookPayload(WEBHOOK_SECRET, request.headers, request.body);
    } catch (error) {
      if (error instanceof WebhookVerificationError) {
        return reply.code(400).send(error.message);
      }
      throw error;
    }
    await auth.handleEvent(JSON.parse(request.body));
    return reply.code(204).send();
  });
});

await app.listen({ host: "127.0.0.1", port: Number(PORT) });
console.log(url);
