/**
 * From an empty environment to a signed-in user, step by step.
 *
 * With the emulator (`make quickstart-node`), it runs all steps. With a real environment (set
 * SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID and SCALEKIT_CLIENT_SECRET), it runs only the safe
 * steps: it creates an organization with two users, lists them, builds the login URL, and deletes
 * the organization.
 */
import { randomBytes } from "node:crypto";

import {
  ScalekitClient,
  ScalekitConflictException,
  WebhookVerificationError,
} from "scalekit-client";
import { ConnectionProvider, ConnectionType } from "scalekit-client/v1/connections";

import { Browser, WebhookReceiver, emulatorUrl } from "./quickstart-browser";

const CALLBACK = "http://localhost:3000/auth/callback";

function section(title: string): void {
  console.log(`\n${title}`);
}

function log(line: string): void {
  console.log(`  ${line}`);
}

async function main(): Promise<void> {
  const client = ScalekitClient.fromEnv();
  const url = process.env["SCALEKIT_ENVIRONMENT_URL"] ?? "";
  const emulator = await emulatorUrl(url);
  const tag = randomBytes(4).toString("hex");
  console.log(`Scalekit environment: ${url}${emulator ? " (the emulator)" : ""}`);

  const webhooks = emulator ? await WebhookReceiver.start(emulator) : undefined;
  try {
    section("An organization");
    const { organization } = await client.organization.createOrganization("Acme Rockets", {
      externalId: `acme-${tag}`,
    });
    const id = organization?.id ?? "";
    log(`created ${organization?.displayName}, ${id}`);
    try {
      await users(client, id, tag);
      await duplicate(client, tag);
      if (emulator && webhooks) {
        await singleSignOn(client, id, tag);
        await signIn(client, emulator, id, tag);
        await webhook(client, webhooks);
      } else {
        log(`login URL: ${client.getAuthorizationUrl(CALLBACK, loginOptions(id, tag))}`);
      }
    } finally {
      await client.organization.deleteOrganization(id);
      section("Cleanup");
      log(`deleted ${id}`);
    }
  } finally {
    webhooks?.stop();
    await client.close();
  }
}

/** Creates two users in the organization and lists them with automatic paging. */
async function users(client: ScalekitClient, organizationId: string, tag: string): Promise<void> {
  section("Two users");
  for (const name of ["Ada", "Grace"]) {
    const { user } = await client.user.createUserAndMembership(organizationId, {
      email: `${name.toLowerCase()}-${tag}@acme.example`,
      userProfile: { givenName: name },
      sendInvitationEmail: false,
    });
    log(`created ${name}, ${user?.id}`);
  }
  const emails: string[] = [];
  for await (const user of client.user.iterOrganizationUsers(organizationId, { pageSize: 1 })) {
    emails.push(user.email);
  }
  log(`listed with one user per page: ${emails.join(", ")}`);
}

/** Handles the error for an external ID that is already in use. */
async function duplicate(client: ScalekitClient, tag: string): Promise<void> {
  section("The same organization again");
  try {
    await client.organization.createOrganization("Acme Rockets", { externalId: `acme-${tag}` });
  } catch (error) {
    if (!(error instanceof ScalekitConflictException)) {
      throw error;
    }
    log(`${error.name}: ${error.message}`);
    log(
      `httpStatus=${error.httpStatus}, operation=${error.operation}, requestId=${error.requestId}`,
    );
    return;
  }
  throw new Error("a duplicate external id was accepted");
}

/** Creates a domain, a connection and a role. Roles affect the whole environment. */
async function singleSignOn(
  client: ScalekitClient,
  organizationId: string,
  tag: string,
): Promise<void> {
  section("Single sign-on");
  const options = { domainType: "ORGANIZATION_DOMAIN" };
  const { domain } = await client.domain.createDomain(
    organizationId,
    `acme-${tag}.example`,
    options,
  );
  log(`domain ${domain?.domain}`);
  const request = { type: ConnectionType.OIDC, provider: ConnectionProvider.OKTA };
  const { connection } = await client.connection.createConnection(organizationId, request);
  await client.connection.enableConnection(organizationId, connection?.id ?? "");
  log(`connection ${connection?.id}, enabled`);
  const { role } = await client.role.createRole({
    name: `pilot_${tag}`,
    displayName: "Pilot",
    description: "Flies the rockets",
  });
  log(`role ${role?.name}`);
}

function loginOptions(organizationId: string, tag: string) {
  return {
    organizationId,
    loginHint: `ada-${tag}@acme.example`,
    state: randomBytes(16).toString("hex"),
  };
}

/** Signs in with an authorization code and PKCE (RFC 7636), like a browser. */
async function signIn(
  client: ScalekitClient,
  emulator: string,
  organizationId: string,
  tag: string,
): Promise<void> {
  section("Sign in");
  const { codeVerifier, codeChallenge, codeChallengeMethod } = client.generatePkce();
  const options = loginOptions(organizationId, tag);
  const url = client.getAuthorizationUrl(CALLBACK, {
    ...options,
    codeChallenge,
    codeChallengeMethod,
  });
  log(`the browser opens ${url.slice(0, 76)}…`);
  const browser = new Browser(emulator);
  const callback = await browser.signIn(url, CALLBACK);
  if (callback.get("state") !== options.state) {
    throw new Error("the callback has a different state");
  }
  log("Ada signs in, and the callback receives a code");

  const result = await client.authenticateWithCode(callback.get("code") ?? "", CALLBACK, {
    codeVerifier,
  });
  log(`signed in as ${result.user.email}, token valid for ${result.expiresIn} s`);
  log(`access token valid: ${await client.validateAccessToken(result.accessToken)}`);
  const tampered = `${result.accessToken.slice(0, -8)}AAAAAAAA`;
  log(
    `access token with a tampered signature valid: ${await client.validateAccessToken(tampered)}`,
  );

  const refreshed = await client.refreshAccessToken(result.refreshToken);
  const claims = await client.validateToken<{ sid: string; oid: string }>(refreshed.accessToken);
  log(`refreshed: session ${claims.sid} of organization ${claims.oid}`);

  const logout = client.getLogoutUrl({
    idTokenHint: result.idToken,
    postLogoutRedirectUri: CALLBACK,
  });
  log(`logged out, redirected to ${await browser.follow(logout).then((page) => page.url)}`);
}

/** Verifies a webhook that the emulator sent for the new users. */
async function webhook(client: ScalekitClient, webhooks: WebhookReceiver): Promise<void> {
  section("A webhook");
  const { type, headers, body } = await webhooks.waitFor("user.created");
  const verified = client.verifyWebhookPayload(webhooks.secret, headers, body);
  log(`received ${type}, signature verified: ${verified}`);
  try {
    client.verifyWebhookPayload(webhooks.secret, headers, `${body.toString()} `);
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) {
      throw error;
    }
    log(`with a changed body: ${error.message}`);
    return;
  }
  throw new Error("a changed body was accepted");
}

void main();
