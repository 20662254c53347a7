// @ts-check
/** Arguments and results of `client.actions`, with the known faults of the official facade. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { ScalekitClient, ScalekitToolException, isToolException } from "scalekit-client";

import { recordedActions } from "./support/recorded-actions.mjs";

const require = createRequire(import.meta.url);
const SECRET = "secret-value";
const NAME = { connectionName: "gmail", identifier: "user_1" };

/** @param {Promise<unknown>} promise @param {string | RegExp} message */
async function assertRejected(promise, message) {
  await assert.rejects(promise, (/** @type {Error} */ error) => {
    assert.equal(error.name, "ScalekitArgumentException", String(error));
    assert.ok(!error.message.includes(SECRET), error.message);
    if (typeof message === "string") {
      assert.equal(error.message, message);
    } else {
      assert.match(error.message, message);
    }
    return true;
  });
}

test("the error for an unknown argument suggests the accepted name", async () => {
  const { actions, sent } = recordedActions();
  for (const [params, message] of /** @type {const} */ ([
    [{ connection_name: "gmail" }, "has no 'connection_name'; use 'connectionName'"],
    [{ params: {} }, "has no 'params'; use 'toolInput'"],
    [{ accountId: "ca_1" }, "has no 'accountId'; use 'connectedAccountId'"],
    [{ identifer: "user_1" }, "has no 'identifer'; use 'identifier'"],
    [{ toString: "x" }, "has no 'toString'; it has toolName, toolInput, identifier"],
    [{ zzz: undefined }, "has no 'zzz'; it has toolName, toolInput, identifier"],
    [{ ...NAME, connector: "a" }, "connector and connectionName are the same; pass only one"],
  ])) {
    const given = { toolName: "a", toolInput: {}, ...params };
    await assert.rejects(actions.executeTool(given), (/** @type {Error} */ error) => {
      assert.ok(error.message.includes(message), error.message);
      return true;
    });
  }
  await assertRejected(
    actions.getConnectedAccount({ connector: "gmail", identifier: "user_1" }),
    "getConnectedAccount() has no 'connector'; use 'connectionName'",
  );
  assert.deepEqual(sent, []);
});

test("a call without a complete account is rejected", async () => {
  const { actions, sent } = recordedActions();
  const needed = "connectedAccountId, or connectionName and identifier must be given";
  for (const method of [
    "getAuthorizationLink",
    "getConnectedAccount",
    "getConnectedAccountDetails",
    "deleteConnectedAccount",
    "updateConnectedAccount",
  ]) {
    await assertRejected(actions[method]({ identifier: "user_1" }), needed);
    await assertRejected(actions[method]({ connectionName: "gmail", identifier: " " }), needed);
    await assertRejected(actions[method](), needed);
  }
  for (const method of ["createConnectedAccount", "upsertConnectedAccount"]) {
    await assertRejected(actions[method]({ identifier: "user_1" }), "connectionName is required");
    await assertRejected(actions[method]({ connectionName: "a" }), "identifier is required");
  }
  await assertRejected(
    actions.executeTool({ toolName: "a", connectionName: "gmail" }),
    "connectedAccountId, or identifier must be given",
  );
  await assertRejected(actions.executeTool({ identifier: "a" }), "toolName is required");
  await assertRejected(
    actions.verifyConnectedAccountUser({ authRequestId: "", identifier: "a" }),
    "authRequestId is required",
  );
  assert.deepEqual(sent, []);
});

test("input that is not JSON is rejected instead of being changed", async () => {
  const { actions, sent } = recordedActions();
  /** @type {any} */
  const cycle = {};
  cycle.self = cycle;
  for (const [toolInput, message] of /** @type {[any, string][]} */ ([
    ["text", "toolInput must be an object, not string"],
    [[1], "toolInput must be an object, not Array"],
    [{ k: [{ a: Number.NaN }] }, "toolInput.k[0].a must be a finite number"],
    [{ k: 1n }, "toolInput.k must be a JSON value, not bigint"],
    [{ k: () => SECRET }, "toolInput.k must be a JSON value, not function"],
    [{ k: new Map([["a", SECRET]]) }, "toolInput.k must be a JSON value, not Map"],
    [{ k: new Uint8Array(1) }, "toolInput.k must be a JSON value, not Uint8Array"],
    [cycle, "toolInput.self contains itself"],
  ])) {
    await assertRejected(
      actions.executeTool({ toolName: "a", toolInput, identifier: "user_1" }),
      message,
    );
  }
  assert.equal(sent.length, 0);
  const toolInput = { at: new Date(0), none: undefined, list: [undefined] };
  await actions.executeTool({ toolName: "a", toolInput, identifier: "user_1" });
  assert.deepEqual(sent[0]?.[1].params, { at: "1970-01-01T00:00:00.000Z", list: [null] });
});

test("the message of credentials is accepted, and can be read, changed and written", async () => {
  const { actions, sent } = recordedActions({
    connectedAccount: {
      authorizationDetails: {
        googleDwd: { subject: "a@b.c", accessToken: "x", tokenExpiresAt: "2026-01-01T00:00:00Z" },
      },
    },
  });
  const { connectedAccount } = await actions.getConnectedAccount(NAME);
  const { authorizationDetails } = connectedAccount;
  authorizationDetails.details.value.subject = "d@e.f";
  await actions.updateConnectedAccount({ ...NAME, authorizationDetails });
  const value = { details: { api_key: "k" } };
  await actions.updateConnectedAccount({
    ...NAME,
    authorizationDetails: { details: { case: "staticAuth", value } },
  });
  assert.deepEqual(
    sent.slice(1).map(([, request]) => request.connectedAccount.authorizationDetails),
    [{ googleDwd: { subject: "d@e.f" } }, { staticAuth: value }],
  );
});

test("invalid credentials are rejected without showing them", async () => {
  const { actions, sent } = recordedActions();
  const details = (/** @type {unknown} */ authorizationDetails) => ({ authorizationDetails });
  for (const [fields, message] of /** @type {[any, RegExp][]} */ ([
    [details({ api_key: SECRET }), /not 'api_key'; pass API keys, passwords .* as credentials$/],
    [details({ oauth_token: {} }), /has no 'oauth_token'; use 'oauthToken'$/],
    [details({ oauthToken: {}, staticAuth: {} }), /exactly one .* not oauthToken and staticAuth$/],
    [details({}), /exactly one of the keys .* not none$/],
    [details(SECRET), /^authorizationDetails must be an object, not string$/],
    [details({ oauthToken: { acessToken: SECRET } }), /has no 'acessToken'; use 'accessToken'$/],
    [details({ oauthToken: { access_token: SECRET } }), /use 'accessToken'$/],
    [details({ oauthToken: { accessToken: 1 } }), /oauthToken.accessToken must be a string/],
    [details({ oauthToken: { scopes: SECRET } }), /scopes must be an array of strings/],
    [details({ googleDwd: {} }), /googleDwd.subject is required$/],
    [details({ trustedIdp: [SECRET] }), /trustedIdp must be an object, not Array$/],
    [details({ details: { case: "apiKey", value: {} } }), /details.case must be one of oauthToken/],
    [details({ details: {}, oauthToken: {} }), /has no 'oauthToken'; it has details$/],
    [{ credentials: SECRET }, /^credentials must be an object, not string$/],
    [{ credentials: { k: () => SECRET } }, /^credentials.k must be a JSON value, not function$/],
    [{ credentials: {}, ...details({ staticAuth: {} }) }, /mutually exclusive$/],
    [{ credentails: { k: SECRET } }, /has no 'credentails'; use 'credentials'$/],
    [{ staticAuth: { k: SECRET } }, /has no 'staticAuth'; use 'credentials'$/],
    [{ apiConfig: [SECRET] }, /^apiConfig must be an object, not Array$/],
  ])) {
    for (const method of [
      "createConnectedAccount",
      "updateConnectedAccount",
      "upsertConnectedAccount",
    ]) {
      await assertRejected(actions[method]({ ...NAME, ...fields }), message);
    }
  }
  assert.deepEqual(sent, []);
});

test("an upsert passes other errors through", async () => {
  for (const error of ["ScalekitForbiddenException", "ScalekitServerException"]) {
    const { actions, sent } = recordedActions({ error });
    await assert.rejects(actions.upsertConnectedAccount(NAME), { name: error });
    assert.equal(sent.length, 1);
  }
});

test("upsertConnectedAccount can be called without its object", async () => {
  const { actions, sent } = recordedActions();
  const { upsertConnectedAccount } = actions;
  await upsertConnectedAccount(NAME);
  assert.equal(sent[0]?.[0], "ConnectedAccountService.GetConnectedAccountAuth");
});

test("connections have the names of enum values, also of unknown ones", async () => {
  const { actions } = recordedActions({
    connections: [
      { id: "conn_1", type: "OAUTH", status: "COMPLETED", enabled: true, providerKey: "GMAIL" },
      { id: "conn_2", type: 99, keyId: "slack", createdAt: "2026-01-01T00:00:00Z" },
    ],
    nextPageToken: "n",
    totalSize: 2,
  });
  const { connections, ...page } = await actions.listConnections();
  assert.deepEqual(page, { nextPageToken: "n", prevPageToken: "", totalSize: 2 });
  const [first, second] = connections;
  assert.deepEqual(first, {
    id: "conn_1",
    type: "OAUTH",
    status: "COMPLETED",
    enabled: true,
    provider: "GMAIL",
    connectionName: "",
  });
  assert.equal(second.type, "99");
  assert.equal(second.connectionName, "slack");
  assert.equal(second.createdAt.seconds, 1767225600n);
  assert.ok(JSON.stringify(connections).includes("1767225600"));
});

test("the account of a failed execution gets a link", async () => {
  for (const [account, sentNames] of /** @type {const} */ ([
    [NAME, { connector: "gmail", identifier: "user_1" }],
    [
      { connectedAccountId: "ca_1", userId: "usr_1" },
      { id: "ca_1", userId: "usr_1" },
    ],
  ])) {
    const failure = new ScalekitToolException("expired", { httpStatus: 401 });
    const recorded = recordedActions(failure, { link: "https://link.example" });
    const { actions, sent } = recorded;
    const error = await actions
      .executeTool({ toolName: "a", ...account })
      .catch((/** @type {unknown} */ e) => e);
    assert.equal(error, failure);
    assert.ok(isToolException(error) && error.needsAuthorization);
    assert.ok(!JSON.stringify(error).includes("gmail"));
    const { link } = await actions.getAuthorizationLinkFor(error, { state: "s" });
    assert.equal(link, "https://link.example");
    assert.deepEqual(sent[1]?.[1], { ...sentNames, state: "s" });
  }
  assert.equal(new ScalekitToolException("x", { httpStatus: 403 }).needsAuthorization, false);
  const { actions } = recordedActions();
  for (const error of [new Error("other"), null, undefined]) {
    await assertRejected(
      actions.getAuthorizationLinkFor(error),
      "error must be an exception that executeTool() or request() of client.actions rejected with",
    );
  }
});

test("a session token comes with the URL of its server, which is fetched once", async () => {
  const recorded = recordedActions({ token: "t" });
  const { actions, sent } = recorded;
  const forConnection = await actions.mcp.createSessionToken({
    connectionName: "my gmail",
    identifier: "user_1",
  });
  assert.equal(forConnection.serverUrl, "https://acme.scalekit.com/mcp/v3/connections/my%20gmail");
  assert.equal(forConnection.token, "t");
  const params = { mcpConfigId: "cfg_1", identifier: "user_1" };
  recorded.respond({ token: "t" }, { error: "ScalekitForbiddenException" });
  assert.equal((await actions.mcp.createSessionToken(params)).serverUrl, undefined);
  recorded.respond({ token: "t" }, { config: { mcpServerUrl: "https://mcp.example" } });
  assert.equal((await actions.mcp.createSessionToken(params)).serverUrl, "https://mcp.example");
  recorded.respond({ token: "t" });
  assert.equal((await actions.mcp.createSessionToken(params)).serverUrl, "https://mcp.example");
  assert.equal(sent.length, 6);
});

test("invalid arguments of MCP servers and providers are rejected", async () => {
  const { actions, call, sent } = recordedActions();
  const token = { identifier: "user_1", connectionName: "gmail" };
  const range = "expiry must be from 60 seconds to 24 hours";
  const provider = { displayName: "My API", proxyUrl: "https://api.example" };
  for (const [method, params, message] of /** @type {[string, any, string][]} */ ([
    ["mcp.createSessionToken", { identifier: "a" }, "mcpConfigId or connectionName is required"],
    [
      "mcp.createSessionToken",
      { ...token, mcpConfigId: "c" },
      "mcpConfigId and connectionName are mutually exclusive",
    ],
    ["mcp.createSessionToken", { connectionName: "gmail" }, "identifier is required"],
    ["mcp.createSessionToken", { ...token, connectionName: "" }, "connectionName is required"],
    ["mcp.createSessionToken", { ...token, expiry: 59.9 }, range],
    ["mcp.createSessionToken", { ...token, expiry: 86_401 }, range],
    [
      "mcp.createSessionToken",
      { ...token, accessLevel: "full" },
      'accessLevel must be "FULL" or "READ_ONLY"',
    ],
    ["mcp.updateInstance", { instanceId: "i" }, "name or configName is required"],
    ["mcp.getConfig", { mcpConfigId: "c" }, "getConfig() has no 'mcpConfigId'; use 'configId'"],
    [
      "mcp.createConfig",
      { name: "a", connectionToolMappings: [{ connectionName: "a", tool_names: [] }] },
      "connectionToolMappings[0] has no 'tool_names'; it has connectionName, tools",
    ],
    ["providers.createCustomProvider", { displayName: "a" }, "proxyUrl is required"],
    [
      "providers.createCustomProvider",
      { ...provider, authPatterns: [{ type: "OAUTH", displayName: "a" }] },
      "authPatterns[0].oauthConfig is required for type OAUTH",
    ],
    [
      "providers.createCustomProvider",
      { ...provider, authPatterns: [{ type: "NO_AUTH", displayName: "a", fields: [{}] }] },
      "authPatterns[0].fields must be empty for type NO_AUTH",
    ],
    [
      "providers.updateCustomProvider",
      { identifier: "my", ...provider, proxyEnabled: true },
      "updateCustomProvider() has no 'proxyEnabled'; it has identifier, displayName, proxyUrl, " +
        "description, authPatterns, iconSrc, metadata",
    ],
  ])) {
    await assertRejected(call(method, params), message);
  }
  assert.deepEqual(sent, []);
  assert.equal(typeof actions.mcp.listConfigs, "function");
});

test("a mapping of a response can be sent back", async () => {
  const mapping = { connectionName: "gmail", tools: ["a"], connectionId: "conn_1", provider: "G" };
  const { actions, sent } = recordedActions({ config: { connectionToolMappings: [mapping] } });
  const { config } = await actions.mcp.getConfig({ configId: "cfg_1" });
  const { connectionToolMappings } = config;
  await actions.mcp.updateConfig({ configId: "cfg_1", connectionToolMappings });
  assert.deepEqual(sent[1]?.[1].connectionToolMappings, [
    { connectionName: "gmail", tools: ["a"] },
  ]);
});

test("every method passes the options of the call on", async () => {
  const { call, options } = recordedActions();
  const { signal } = new AbortController();
  for (const [method, params] of /** @type {[string, any][]} */ ([
    ["executeTool", { toolName: "a", identifier: "b" }],
    ["listTools", {}],
    ["listConnections", undefined],
    ["listConnectedAccounts", null],
    ["upsertConnectedAccount", NAME],
    ["mcp.listConfigs", undefined],
    ["providers.listProviders", undefined],
  ])) {
    await call(method, params, { timeoutMs: 5, signal });
    assert.deepEqual(options.at(-1), { timeoutMs: 5, signal }, method);
  }
});

test("actions and connect are plain properties that can be replaced, with separate modifiers", async () => {
  /** @type {any} */
  const client = new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret");
  const { default: ActionsClient } = require("scalekit-client/lib/actions");
  assert.ok(client.actions instanceof ActionsClient && client.connect instanceof ActionsClient);
  assert.notEqual(client.actions, client.connect);
  client.actions.preModifier("a", (/** @type {any} */ input) => input);
  assert.equal(client.actions.getModifiers().length, 1);
  assert.equal(client.connect.getModifiers().length, 0);
  const own = client.actions;
  client.actions = { executeTool: async () => "replaced" };
  assert.equal(await client.actions.executeTool(), "replaced");
  client.actions = own;
  for (const name of ["tools", "connectedAccounts", "connection", "mcp", "providers"]) {
    const { value, ...rest } = Object.getOwnPropertyDescriptor(own, name) ?? assert.fail(name);
    assert.ok(value);
    assert.deepEqual(rest, { writable: true, enumerable: true, configurable: true });
  }
  own.tools = {
    executeTool: async (/** @type {any} */ sent) => ({ data: { tool: sent.toolName } }),
  };
  assert.deepEqual((await own.executeTool({ toolName: "a", identifier: "b" })).data, { tool: "a" });
  own.executeTool = async () => "spied";
  assert.equal(await own.executeTool(), "spied");
  delete own.executeTool;
  assert.equal(typeof own.executeTool, "function");
});

test("actions work behind a Proxy", async () => {
  const recorded = recordedActions({ data: { n: 1 } });
  const actions = new Proxy(recorded.actions, {});
  actions.postModifier("a", (/** @type {any} */ output) => ({ n: output.n + 1 }));
  const { data } = await actions.executeTool({ toolName: "a", identifier: "user_1" });
  assert.deepEqual(data, { n: 2 });
  await actions.upsertConnectedAccount(NAME);
  await actions.getOrCreateConnectedAccount(NAME);
  await new Proxy(actions.mcp, {}).createSessionToken({ connectionName: "a", identifier: "b" });
  await new Proxy(actions.providers, {}).listProviders();
  assert.deepEqual(
    recorded.sent.map(([operation]) => operation.split(".")[1]),
    [
      "ExecuteTool",
      "GetConnectedAccountAuth",
      "GetConnectedAccountAuth",
      "CreateMcpSessionToken",
      "ListProviders",
    ],
  );
});

test("a client with missing credentials names them in actions", async () => {
  const client = new ScalekitClient("", "", "");
  await assertRejected(client.actions.listTools(), /^envUrl is missing: /);
});
