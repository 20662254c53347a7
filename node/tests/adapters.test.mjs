// @ts-check
/** The tools of a user for OpenAI, Anthropic and MCP clients, with scripted models. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ScalekitArgumentException, ScalekitToolException } from "scalekit-client";
import { anthropicTools } from "scalekit-client/anthropic";
import { mcpServer } from "scalekit-client/mcp";
import { chatTools, responsesTools } from "scalekit-client/openai";

import { CALLS, SELECTION, agentEnvironment, checkLink, scoped } from "./support/agents.mjs";
import { recordedActions } from "./support/recorded-actions.mjs";

/** The types of the package need browser types. */
const untyped = (/** @type {string} */ name) => /** @type {Promise<any>} */ (import(name));
const SDK = "@modelcontextprotocol/sdk";
const { Client } = await untyped(`${SDK}/client/index.js`);
const { StreamableHTTPClientTransport } = await untyped(`${SDK}/client/streamableHttp.js`);
const { InMemoryTransport } = await untyped(`${SDK}/inMemory.js`);

const environment = await agentEnvironment();
const { actions } = environment.client;

beforeEach(async () => {
  await environment.prepare();
  await environment.revokeSlack();
});

const MAILS = '{"mails":["hi"]}';
const names = (/** @type {{ name: string }[]} */ tools) => tools.map(({ name }) => name).sort();
const byName = (/** @type {any} */ a, /** @type {any} */ b) => (a.name < b.name ? -1 : 1);

test("tools of the Chat Completions API", async () => {
  const { tools, run } = await chatTools(actions, SELECTION);
  assert.deepEqual(tools.map((tool) => tool.function.name).sort(), SELECTION.toolNames);
  for (const { type, function: definition } of tools) {
    assert.deepEqual([type, definition.parameters["type"]], ["function", "object"]);
    assert.deepEqual(Object.keys(definition), ["name", "description", "parameters"]);
  }
  const tool_calls = CALLS.map(({ id, name, args }) => ({
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(args) },
  }));
  const [mails, message, ...rest] = await run({ tool_calls });
  assert.deepEqual(rest, []);
  assert.deepEqual(mails, { role: "tool", tool_call_id: "call_1", content: MAILS });
  assert.deepEqual([message?.role, message?.tool_call_id], ["tool", "call_2"]);
  await checkLink(message?.content ?? "");
  assert.deepEqual(await run({}), []);
  assert.deepEqual(await run({ tool_calls: null }), []);
});

test("tools of the Responses API", async () => {
  const { tools, run } = await responsesTools(actions, SELECTION);
  assert.deepEqual(tools.map(({ name }) => name).sort(), SELECTION.toolNames);
  for (const tool of tools) {
    assert.deepEqual(
      [tool.type, tool.strict, tool.parameters["type"]],
      ["function", false, "object"],
    );
  }
  const calls = CALLS.map(({ id, name, args }) => ({
    type: "function_call",
    call_id: id,
    name,
    arguments: JSON.stringify(args),
  }));
  const [mails, message] = await run({ output: [{ type: "reasoning" }, ...calls] });
  assert.deepEqual(mails, { type: "function_call_output", call_id: "call_1", output: MAILS });
  assert.equal(message?.call_id, "call_2");
  await checkLink(message?.output ?? "");
});

test("tools of the Messages API of Anthropic", async () => {
  const { tools, run } = await anthropicTools(actions, SELECTION);
  const [first] = tools.sort(byName);
  assert.deepEqual(Object.keys(first ?? {}), ["name", "description", "input_schema"]);
  assert.equal(first?.input_schema.type, "object");
  const calls = CALLS.map(({ id, name, args }) => ({ type: "tool_use", id, name, input: args }));
  const [results, ...rest] = await run({ content: [{ type: "text" }, ...calls] });
  assert.deepEqual(rest, []);
  assert.equal(results?.role, "user");
  const [mails, message] = results?.content ?? [];
  assert.deepEqual(mails, { type: "tool_result", tool_use_id: "call_1", content: MAILS });
  assert.deepEqual([message?.tool_use_id, message?.is_error], ["call_2", true]);
  await checkLink(message?.content ?? "");
  assert.deepEqual(await run({ content: [{ type: "text" }] }), []);
});

test("an MCP server with the tools of a user", async () => {
  const server = await mcpServer(actions, SELECTION, { name: "mail", version: "2.0.0" });
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await server.connect(serverSide);
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(clientSide);
  assert.equal(client.getServerVersion()?.name, "mail");
  const { tools } = await client.listTools();
  assert.deepEqual(names(tools), SELECTION.toolNames);
  const [mails, message] = await Promise.all(
    CALLS.map(({ name, args }) => client.callTool({ name, arguments: args })),
  );
  assert.deepEqual(mails?.structuredContent, { mails: ["hi"] });
  assert.deepEqual(mails?.content, [{ type: "text", text: MAILS }]);
  assert.equal(message?.isError, true);
  await checkLink(message.content[0].text);
  const missing = await client.callTool({ name: "missing" });
  assert.deepEqual(
    [missing.isError, missing.content],
    [true, [{ type: "text", text: "The tool failed: there is no tool missing" }]],
  );
  await client.close();
});

test("an MCP client calls a server of Scalekit with a session token", async () => {
  const { config } = await actions.mcp.createConfig({
    name: "mail",
    connectionToolMappings: [{ connectionName: "gmail", tools: ["gmail_fetch_mails"] }],
  });
  const { token, serverUrl } = await actions.mcp.createSessionToken({
    mcpConfigId: config.id,
    identifier: "ada",
    expiry: 600,
  });
  const client = new Client({ name: "test", version: "1.0.0" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(serverUrl), { requestInit }));
  const { tools } = await client.listTools();
  assert.deepEqual(names(tools), ["gmail_fetch_mails"]);
  const result = await client.callTool({ name: "gmail_fetch_mails", arguments: { query: "hi" } });
  assert.deepEqual(result.structuredContent, { mails: ["hi"] });
  await client.close();
});

/** Runs tool calls with a recorded service. @param {any[]} calls @param {unknown[]} responses */
async function run(calls, responses, options = {}) {
  const tools = { tools: [scoped({ name: "a" }), scoped({ name: "b" })] };
  const recorded = recordedActions(tools, ...responses);
  const { run } = await chatTools(recorded.actions, { identifier: "user_1", toolNames: ["a"] });
  const tool_calls = calls.map(([name, input], index) => ({
    id: `call_${index}`,
    function: { name, arguments: input },
  }));
  return { results: await run({ tool_calls }, options), recorded };
}

test("invalid calls of a model are results too", async () => {
  const { results, recorded } = await run(
    [
      ["a", "{"],
      ["a", "[1]"],
      ["missing", "{}"],
      ["b", ""],
    ],
    [{ data: { ok: true } }],
  );
  assert.deepEqual(
    results.map(({ content }) => content),
    [
      "The tool failed: the arguments are not JSON",
      "The tool failed: toolInput must be an object, not Array",
      "The tool failed: there is no tool missing",
      '{"ok":true}',
    ],
  );
  assert.equal(recorded.sent.length, 2);
});

test("calls of other tools are left out", async () => {
  const calls = [
    ["own_tool", "{}"],
    ["a", "{}"],
  ];
  const { results } = await run(calls, [{}], { otherTools: ["own_tool"] });
  assert.deepEqual(results, [{ role: "tool", tool_call_id: "call_1", content: "{}" }]);
  const { run: custom } = await chatTools(actions, SELECTION);
  assert.deepEqual(await custom({ tool_calls: [{ id: "call_1" }] }), []);
});

test("a signal stops the calls, and unknown options are rejected", async () => {
  const reason = new Error("stopped");
  const options = { signal: AbortSignal.abort(reason) };
  await assert.rejects(run([["a", "{}"]], [reason], options), (error) => error === reason);
  await assert.rejects(run([], [], { links: 1 }), /run\(\) has no 'links'/);
});

test("links can be switched off, and modifiers are applied", async () => {
  const lost = new ScalekitToolException("revoked", { httpStatus: 401 });
  const recorded = recordedActions({ tools: [scoped({ name: "a" })] }, lost, { data: { n: 1 } });
  const options = { identifier: "user_1", toolNames: ["a"], authorizationLinks: false };
  const { run } = await anthropicTools(recorded.actions, options);
  recorded.actions.postModifier("a", (/** @type {any} */ output) => ({ n: output.n + 1 }));
  const call = { content: [{ type: "tool_use", id: "t", name: "a", input: {} }] };
  const [failed] = await run(call);
  assert.equal(failed?.content[0]?.content, "The tool failed: revoked");
  const [changed] = await run(call);
  assert.equal(changed?.content[0]?.content, '{"n":2}');
});

test("unknown parameters and repeated names are rejected", async () => {
  for (const [method, adapter] of Object.entries({
    anthropicTools,
    chatTools,
    mcpServer,
    responsesTools,
  })) {
    const tools = { tools: [scoped({ name: "a" }), scoped({ name: "a" }, "ca_2")] };
    const recorded = recordedActions(tools);
    const unknown = /** @type {any} */ ({ identifier: "user_1", tools: [] });
    await assert.rejects(adapter(recorded.actions, unknown), {
      message: `${method}() has no 'tools'; use 'toolNames'`,
    });
    await assert.rejects(
      adapter(recorded.actions, { identifier: "user_1", toolNames: ["a"] }),
      (error) =>
        error instanceof ScalekitArgumentException &&
        error.message === "two connected accounts have the tool a; select one with connectionNames",
    );
  }
});
