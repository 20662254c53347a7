// @ts-check
/** `client.actions` with the emulator: authorization of accounts, tools with scripted results. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import {
  ScalekitClient,
  ScalekitConflictException,
  ScalekitNotFoundException,
  ScalekitServerException,
  ScalekitToolRateLimitException,
  ScalekitToolUnauthorizedException,
} from "scalekit-client";

import { emulator } from "./support/programs.mjs";

const environment = await emulator();
const { url, clientId, clientSecret, admin } = environment;
/** @type {any} */
const client = new ScalekitClient(url, clientId, clientSecret);
const { actions } = client;

const ADA = { connectionName: "slack", identifier: "ada" };
const SLACK = { id: "conn_1", key_id: "slack", provider_key: "SLACK", type: "OAUTH" };
const TOOL = "slack_send_message";
const script = (/** @type {object} */ response) =>
  admin("POST", "tool-responses", { tool_name: TOOL, times: 1, ...response });

/** Authorizes the account of a link, as its user does. */
async function authorize(/** @type {string} */ link) {
  const response = await fetch(link, { redirect: "manual" });
  const parameters = new URL(response.headers.get("location") ?? "").searchParams;
  assert.equal(parameters.get("state"), "s1");
  const authRequestId = parameters.get("auth_request_id");
  await actions.verifyConnectedAccountUser({ authRequestId, identifier: "ada" });
}

async function connect() {
  await actions.getOrCreateConnectedAccount(ADA);
  const { link } = await actions.getAuthorizationLink({
    ...ADA,
    state: "s1",
    userVerifyUrl: "https://app.example/verify",
  });
  await authorize(link);
}

beforeEach(async () => {
  await environment.reset();
  await admin("POST", "seed", { connections: [SLACK] });
});

test("a user connects an account, and a tool is executed with it", async () => {
  await connect();
  await script({ data: { sent: true, n: 5 } });
  const { data, executionId } = await actions.executeTool({
    ...ADA,
    toolName: TOOL,
    toolInput: { text: "hi" },
  });
  assert.deepEqual(data, { sent: true, n: 5 });
  assert.ok(executionId);
  const [call] = await admin("GET", "tool-calls");
  assert.deepEqual([call.tool_name, call.identifier], [TOOL, "ada"]);
});

test("`connector` and `connectionName` both name the connection", async () => {
  await connect();
  for (const name of ["connector", "connectionName"]) {
    await script({ data: { ok: true } });
    const account = { [name]: "slack", identifier: "ada" };
    await actions.executeTool({ toolName: TOOL, toolInput: {}, ...account });
    const [request] = (await environment.requests("operation=ToolService.ExecuteTool")).slice(-1);
    assert.equal(JSON.parse(request.body).connector, "slack", name);
    await assert.rejects(
      actions.executeTool({ toolName: TOOL, toolInput: {}, ...account, [name]: "other" }),
      ScalekitServerException,
    );
  }
});

test("an account that lost its authorization is authorized again with the link of the error", async () => {
  await connect();
  await script({ error: { code: "UNAUTHENTICATED", message: "revoked" } });
  /** @type {any} */
  let error;
  await assert.rejects(actions.executeTool({ ...ADA, toolName: TOOL }), (thrown) => {
    error = thrown;
    return thrown instanceof ScalekitToolUnauthorizedException && thrown.needsAuthorization;
  });
  const userVerifyUrl = "https://app.example/verify";
  await authorize(
    (await actions.getAuthorizationLinkFor(error, { state: "s1", userVerifyUrl })).link,
  );
  await script({ data: { sent: true } });
  assert.deepEqual((await actions.executeTool({ ...ADA, toolName: TOOL })).data, { sent: true });
});

test("an expired account gets a link, too", async () => {
  await connect();
  const { connectedAccount } = await actions.getConnectedAccountDetails(ADA);
  await admin("POST", `accounts/${connectedAccount.id}/expire`, {});
  const error = await actions.executeTool({ ...ADA, toolName: TOOL }).then(
    () => assert.fail("was executed"),
    (/** @type {unknown} */ thrown) => thrown,
  );
  assert.ok(error instanceof ScalekitServerException);
  assert.match((await actions.getAuthorizationLinkFor(error)).link, /^http/);
});

test("a rate limit of the third-party service is its own exception", async () => {
  await connect();
  await script({ error: { code: "RESOURCE_EXHAUSTED", message: "slow down" } });
  await assert.rejects(actions.executeTool({ ...ADA, toolName: TOOL }), (error) => {
    assert.ok(error instanceof ScalekitToolRateLimitException);
    return error.needsAuthorization === false;
  });
  assert.equal((await admin("GET", "tool-calls")).length, 1);
});

test("modifiers change the input and the output of a tool", async () => {
  await connect();
  await script({ data: { n: 1 } });
  const { connect: own } = client;
  const before = own.preModifier(TOOL, (/** @type {any} */ input) => ({ ...input, limit: 5 }));
  const after = own.postModifier(TOOL, async (/** @type {any} */ output) => ({ n: output.n + 1 }));
  const { data } = await own.executeTool({ ...ADA, toolName: TOOL, toolInput: { text: "hi" } });
  assert.deepEqual(data, { n: 2 });
  const [call] = await admin("GET", "tool-calls");
  assert.deepEqual(call.params, { text: "hi", limit: 5 });
  own.removeModifier(before);
  own.removeModifier(after);
});

test("accounts with credentials are created, found, updated and deleted", async () => {
  const key = { connectionName: "slack", identifier: "grace" };
  const created = await client.connect.upsertConnectedAccount({
    ...key,
    credentials: { token: "a" },
  });
  const { id } = created.connectedAccount;
  const updated = await actions.upsertConnectedAccount({ ...key, credentials: { token: "b" } });
  assert.equal(updated.connectedAccount.id, id);
  const { connectedAccount } = await actions.getConnectedAccount({ connectedAccountId: id });
  assert.deepEqual(connectedAccount.authorizationDetails.details, {
    case: "staticAuth",
    value: { $typeName: "scalekit.v1.connected_accounts.StaticAuth", details: { token: "b" } },
  });
  await assert.rejects(actions.createConnectedAccount(key), ScalekitConflictException);
  const listed = await actions.listConnectedAccounts({ connectionNames: ["slack"] });
  assert.deepEqual(
    listed.connectedAccounts.map((/** @type {any} */ account) => account.identifier),
    ["grace"],
  );
  await actions.deleteConnectedAccount({ connectedAccountId: id });
  await assert.rejects(actions.getConnectedAccount(key), ScalekitNotFoundException);
});

test("simultaneous upserts of one account return the same account", async () => {
  const key = { connectionName: "slack", identifier: "simultaneous" };
  const results = await Promise.all(
    Array.from({ length: 8 }, () => actions.upsertConnectedAccount(key)),
  );
  const ids = new Set(results.map(({ connectedAccount }) => connectedAccount.id));
  assert.equal(ids.size, 1);
});

test("connections and tools are listed", async () => {
  const { connections } = await actions.listConnections();
  assert.deepEqual(
    connections.map((/** @type {any} */ { connectionName, provider, type }) => [
      connectionName,
      provider,
      type,
    ]),
    [["slack", "SLACK", "OAUTH"]],
  );
  const { tools } = await actions.listTools({ toolName: "emulator_echo" });
  assert.deepEqual(
    tools.map((/** @type {any} */ tool) => tool.definition.name),
    ["emulator_echo"],
  );
});

test("an MCP server is configured, and its token comes with its URL", async () => {
  const { config } = await actions.mcp.createConfig({
    name: "support",
    connectionToolMappings: [{ connectionName: "slack" }],
  });
  const params = { mcpConfigId: config.id, identifier: "ada", expiry: 600 };
  const { token, serverUrl } = await actions.mcp.createSessionToken(params);
  assert.equal(serverUrl, config.mcpServerUrl);
  const initialize = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    },
  };
  const response = await fetch(serverUrl, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify(initialize),
  });
  assert.equal(response.status, 200);
  await response.text();
  const connection = await actions.mcp.createSessionToken({
    connectionName: "slack",
    identifier: "ada",
  });
  assert.equal(connection.serverUrl, `${url}/mcp/v3/connections/slack`);
});

test("a custom provider is created, listed and deleted", async () => {
  const { provider } = await actions.providers.createCustomProvider({
    displayName: "My API",
    proxyUrl: "https://api.example",
    authPatterns: [{ type: "BEARER", displayName: "Token", isMcp: true }],
  });
  const { identifier } = provider;
  const listed = await actions.providers.listProviders({ providerType: "CUSTOM" });
  assert.deepEqual(
    listed.providers.map((/** @type {any} */ found) => found.identifier),
    [identifier],
  );
  await actions.providers.deleteCustomProvider({ identifier });
  const { providers } = await actions.providers.listProviders({ providerType: "CUSTOM" });
  assert.deepEqual(providers, []);
});
