// A web application with single sign-on: login, callback, logout, an organization page and a
// webhook.
//
// The same code works with `@scalekit-sdk/node`. Only the package name in the next line differs.
import { ScalekitClient, WebhookVerificationError } from "scalekit-client";

import { randomBytes } from "node:crypto";
import express from "express";

const {
  SCALEKIT_ENVIRONMENT_URL,
  SCALEKIT_CLIENT_ID,
  SCALEKIT_CLIENT_SECRET,
  WEBHOOK_SECRET = "",
} = process.env;
const scalekit = new ScalekitClient(
  SCALEKIT_ENVIRONMENT_URL,
  SCALEKIT_CLIENT_ID,
  SCALEKIT_CLIENT_SECRET,
);

const sessions = new Map();
const events = [];
const app = express();

// The session ID is in a cookie, the session in memory. A real application stores sessions in a
// database.
app.use((request, response, next) => {
  let id = /(?:^|; )sid=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
  if (!sessions.has(id)) {
    id = randomBytes(16).toString("hex");
    sessions.set(id, {});
    response.cookie("sid", id, { httpOnly: true, sameSite: "lax" });
  }
  request.session = sessions.get(id);
  request.endSession = () => sessions.delete(id);
  next();
});

function origin(request) {
  return `${request.protocol}://${request.get("host")}`;
}

app.get("/", (request, response) => {
  const { user } = request.session;
  response.send(user ? `Signed in as ${user.email}` : "Signed out");
});

app.get("/login", (request, response) => {
  request.session.state = randomBytes(16).toString("hex");
  const url = scalekit.getAuthorizationUrl(`${origin(request)}/callback`, {
    organizationId: request.query.organization_id,
    loginHint: request.query.login_hint,
    scopes: ["openid", "profile", "email", "offline_access"],
    state: request.session.state,
  });
  response.redirect(url);
});

app.get("/callback", async (request, response) => {
  const { code, state, error_description: errorDescription } = request.query;
  if (errorDescription) {
    return response.status(400).send(String(errorDescription));
  }
  if (!state || state !== request.session.state) {
    return response.status(403).send("This login was not started here");
  }
  const { user, idToken, accessToken, refreshToken } = await scalekit.authenticateWithCode(
    code,
    `${origin(request)}/callback`,
  );
  const { oid: organizationId } = await scalekit.validateToken(idToken);
  Object.assign(request.session, {
    user,
    idToken,
    accessToken,
    refreshToken,
    organizationId,
    state: undefined,
  });
  response.redirect("/organization");
});

// Redirects visitors without a session to the login. Refreshes an expired access token.
async function signedIn(request, response, next) {
  const { session } = request;
  if (!session.accessToken) {
    return response.redirect("/login");
  }
  if (!(await scalekit.validateAccessToken(session.accessToken))) {
    Object.assign(session, await scalekit.refreshAccessToken(session.refreshToken));
  }
  next();
}

app.get("/organization", signedIn, async (request, response) => {
  const { organization } = await scalekit.organization.getOrganization(
    request.session.organizationId,
  );
  const { users } = await scalekit.user.listOrganizationUsers(organization.id, { pageSize: 30 });
  response.json({
    name: organization.displayName,
    externalId: organization.externalId,
    members: users.map((user) => user.email),
  });
});

app.get("/logout", (request, response) => {
  const { idToken } = request.session;
  request.endSession();
  const url = scalekit.getLogoutUrl({
    idTokenHint: idToken,
    postLogoutRedirectUri: `${origin(request)}/`,
  });
  response.redirect(url);
});

// The signature covers the bytes of the body, so verify it before parsing the body.
app.post("/webhook", express.raw({ type: "*/*" }), (request, response) => {
  try {
    scalekit.verifyWebhookPayload(WEBHOOK_SECRET, request.headers, request.body.toString());
  } catch (error) {
    if (error instanceof WebhookVerificationError) {
      return response.status(400).send(error.message);
    }
    throw error;
  }
  const event = JSON.parse(request.body);
  events.push({ type: event.type, organizationId: event.organization_id });
  response.sendStatus(204);
});

app.get("/events", signedIn, (request, response) => {
  response.json(events.filter((event) => event.organizationId === request.session.organizationId));
});

// Shows errors of the service as a page and logs their details.
app.use((error, _request, response, _next) => {
  console.error(error);
  response.status(error.httpStatus ?? 500).send(`Something went wrong: ${error.message}`);
});

const server = app.listen(process.env.PORT ?? 3000, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
