/**
 * The road from an empty environment to a signed-in user, step by step.
 *
 * Against the emulator (`make quickstart-node`) it runs the whole story. Against a real environment (set
 * SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID and SCALEKIT_CLIENT_SECRET) it does only what is safe there: it makes one
 * organization with two users, reads them back, builds the login URL, and deletes what it made.
 */
import { randomBytes } from "node:crypto";

import { ScalekitClient, ScalekitConflictException, WebhookVerificationError } from "scalekit-client";
import { ConnectionProvider, ConnectionType } from "scalekit-client/v1/connections";

import { Browser, WebhookReceiver, emulatorOf } from "./quickstart-browser";

const CALLBACK = "http://localhost:3000/auth/callback";

function chapter(title: string): void {
  console.log(`\n${title}`);
}

function tell(line: string): void {
  console.log(`  ${line}`);
}

async function main(): Promise<void> {
  const client = ScalekitClient.fromEnv();
  const url = process.env["SCALEKIT_ENVIRONMENT_URL"] ?? "";
  const emulator = await emulatorOf(url);
  const tag = randomBytes(4).toString("hex");
  console.log(`Scalekit environment: ${url}${emulator ? " (the emulator)" : ""}`);

  const webhooks = emulator ? await WebhookReceiver.start(emulator) : undefined;
  try {
    chapter("An organization");
    const { organization } = await client.organization.createOrganization("Acme Rockets", { externalId: `acme-${tag}` });
    const id = organization?.id ?? "";
    tell(`created ${organization?.displayName}, ${id}`);
    try {
      await people(client, id, tag);
      await duplicate(client, tag);
      if (emulator && webhooks) {
        await singleSignOn(client, id, tag);
        await signIn(client, emulator, id, tag);
        await webhook(client, webhooks);
      } else {
        tell(`login URL: ${client.getAuthorizationUrl(CALLBACK, loginOptions(id, tag))}`);
      }
    } finally {
      await client.organization.deleteOrganization(id);
      chapter("Tidied up");
      tell(`deleted ${id}`);
    }
  } finally {
    webhooks?.stop();
    await client.close();
  }
}

/** Two users in the organization, and a list that pages for us. */
async function people(client: ScalekitClient, organizationId: string, tag: string): Promise<void> {
  chapter("Two users");
  for (const name of ["Ada", "Grace"]) {
    const { user } = await client.user.createUserAndMembership(organizationId, {
      email: `${name.toLowerCase()}-${tag}@acme.example`,
      userProfile: { givenName: name },
      sendInvitationEmail: false,
    });
    tell(`created ${name}, ${user?.id}`);
  }
  const emails: string[] = [];
  for await (const user of client.user.iterOrganizationUsers(organizationId, { pageSize: 1 })) {
    emails.push(user.email);
  }
  tell(`read back, one a page: ${emails.join(", ")}`);
}

/** The same external id again: one clear error. */
async function duplicate(client: ScalekitClient, tag: string): Promise<void> {
  chapter("The same organization again");
  try {
    await client.organization.createOrganization("Acme Rockets", { externalId: `acme-${tag}` });
  } catch (error) {
    if (!(error instanceof ScalekitConflictException)) {
      throw error;
    }
    tell(`${error.name}: ${error.message}`);
    tell(`httpStatus=${error.httpStatus}, operation=${error.operation}, requestId=${error.requestId}`);
    return;
  }
  throw new Error("a duplicate external id was accepted");
}

/** A domain, a connection and a role. Environment-wide, so only where nobody else is affected. */
async function singleSignOn(client: ScalekitClient, organizationId: string, tag: string): Promise<void> {
  chapter("Single sign-on");
  const options = { domainType: "ORGANIZATION_DOMAIN" };
  const { domain } = await client.domain.createDomain(organizationId, `acme-${tag}.example`, options);
  tell(`domain ${domain?.domain}`);
  const wanted = { type: ConnectionType.OIDC, provider: ConnectionProvider.OKTA };
  const { connection } = await client.connection.createConnection(organizationId, wanted);
  await client.connection.enableConnection(organizationId, connection?.id ?? "");
  tell(`connection ${connection?.id}, enabled`);
  const { role } = await client.role.createRole({
    name: `pilot_${tag}`,
    displayName: "Pilot",
    description: "Flies the rockets",
  });
  tell(`role ${role?.name}`);
}

function loginOptions(organizationId: string, tag: string) {
  return { organizationId, loginHint: `ada-${tag}@acme.example`, state: randomBytes(16).toString("hex") };
}

/** Authorization code with PKCE (RFC 7636), the way a browser walks it. */
async function signIn(client: ScalekitClient, emulator: string, organizationId: string, tag: string): Promise<void> {
  chapter("Sign in");
  const { codeVerifier, codeChallenge, codeChallengeMethod } = client.generatePkce();
  const options = loginOptions(organizationId, tag);
  const url = client.getAuthorizationUrl(CALLBACK, { ...options, codeChallenge, codeChallengeMethod });
  tell(`the browser opens ${url.slice(0, 76)}…`);
  const browser = new Browser(emulator);
  const answer = await browser.signIn(url, CALLBACK);
  if (answer.get("state") !== options.state) {
    throw new Error("the state that came back is not ours");
  }
  tell("Ada confirms on the login page and comes back with a code");

  const result = await client.authenticateWithCode(answer.get("code") ?? "", CALLBACK, { codeVerifier });
  tell(`signed in as ${result.user.email}, token valid for ${result.expiresIn} s`);
  tell(`access token valid: ${await client.validateAccessToken(result.accessToken)}`);
  const tampered = `${result.accessToken.slice(0, -8)}AAAAAAAA`;
  tell(`the same with another signature: ${await client.validateAccessToken(tampered)}`);

  const fresh = await client.refreshAccessToken(result.refreshToken);
  const claims = await client.validateToken<{ sid: string; oid: string }>(fresh.accessToken);
  tell(`refreshed: session ${claims.sid} of organization ${claims.oid}`);

  const logout = client.getLogoutUrl({ idTokenHint: result.idToken, postLogoutRedirectUri: CALLBACK });
  tell(`logged out, back at ${await browser.follow(logout).then((page) => page.url)}`);
}

/** What the emulator sent while all this happened, signed as the service signs. */
async function webhook(client: ScalekitClient, webhooks: WebhookReceiver): Promise<void> {
  chapter("A webhook");
  const { type, headers, body } = await webhooks.waitFor("user.created");
  const verified = client.verifyWebhookPayload(webhooks.secret, headers, body);
  tell(`received ${type}, signature verified: ${verified}`);
  try {
    client.verifyWebhookPayload(webhooks.secret, headers, `${body.toString()} `);
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) {
      throw error;
    }
    tell(`one byte more and it says: ${error.message}`);
    return;
  }
  throw new Error("a changed body was accepted");
}

void main();
