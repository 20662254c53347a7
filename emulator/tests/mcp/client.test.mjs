// The official MCP client for TypeScript connects to virtual servers of the emulator.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { start } from "../oidc/emulator.mjs";

const SEED = {
  connections: [
    { id: "conn_1", key_id: "slack", provider_key: "SLACK", type: "OAUTH", enabled: true },
  ],
  accounts: [
    {
      id: "ca_1",
      identifier: "ann",
      connector: "slack",
      provider: "SLACK",
      connection_id: "conn_1",
      status: "ACTIVE",
    },
  ],
  mcp_configs: [
    {
      id: "mcpc_1",
      name: "helper",
      connection_tool_mappings: [
        { connection_name: "slack", provider: "SLACK" },
        { connection_name: "slack", tools: ["emulator_fail"] },
      ],
    },
  ],
};

let emulator;

before(async () => {
  emulator = await start("--auto-approve");
  await emulator.admin("POST", "seed", SEED);
});

after(() => emulator.stop());

// Calls an operation with the service token.
async function call(method, path, body) {
  const credentials = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: emulator.clientId,
    client_secret: emulator.clientSecret,
  });
  const granted = await fetch(`${emulator.url}/oauth/token`, { method: "POST", body: credentials });
  const { access_token } = await granted.json();
  const headers = { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
  const response = await fetch(emulator.url + path, {
    method,
    headers,
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200, path);
  return response.json();
}

// Connects to the server at a URL with a session token.
async function connect(url, token) {
  const client = new Client({ name: "test", version: "1.0.0" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}

async function connectAs(identifier) {
  const { config } = await call("GET", "/api/v1/mcp/configs/mcpc_1");
  const { token } = await call("POST", "/api/v1/mcp/configs/mcpc_1/tokens", { identifier });
  return connect(config.mcp_server_url, token);
}

test("the client connects, lists and calls tools", async () => {
  const client = await connectAs("ann");
  assert.equal(client.getServerVersion().name, "helper");
  const { tools } = await client.listTools();
  assert.deepEqual(
    tools.map((tool) => tool.name),
    ["slack_send_message", "emulator_fail"],
  );
  const called = await client.callTool({ name: "slack_send_message", arguments: { text: "hi" } });
  const data = { tool: "slack_send_message", params: { text: "hi" } };
  assert.deepEqual(called.structuredContent, data);
  assert.deepEqual(JSON.parse(called.content[0].text), data);
  await client.close();
});

test("failures are results, and unknown tools are errors", async () => {
  const client = await connectAs("ann");
  const failed = await client.callTool({
    name: "emulator_fail",
    arguments: { message: "no luck" },
  });
  assert.equal(failed.isError, true);
  assert.equal(failed.content[0].text, "no luck");
  await assert.rejects(client.callTool({ name: "missing" }), /Unknown tool: missing/);
  await client.close();
});

test("an instance has a server for its user", async () => {
  const body = { config_name: "helper", user_identifier: "eve", name: "eve's tools" };
  const { instance } = await call("POST", "/api/v1/mcp/instances", body);
  const { token } = await call("POST", "/api/v1/mcp/configs/mcpc_1/tokens", { identifier: "eve" });
  const client = await connect(instance.url, token);
  const pending = await client.callTool({ name: "slack_send_message" });
  assert.equal(pending.isError, true);
  const [, link] = pending.content[0].text.split("To authorize access, open ");
  assert.equal((await fetch(link)).status, 200);
  const sent = await client.callTool({ name: "slack_send_message" });
  assert.ok(!sent.isError);
  await client.close();
});

test("a session token is required", async () => {
  await assert.rejects(connect(`${emulator.url}/mcp/mcpc_1`, "wrong"), /session token/);
});
