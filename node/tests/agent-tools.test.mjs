// @ts-check
/** The tools of a user, independent of frameworks and for the AI SDK, with a scripted model. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { beforeEach, test } from "node:test";

import { ScalekitToolException } from "scalekit-client";
import { ToolFailure, aiTools } from "scalekit-client/ai";

import { CALLS, SELECTION, agentEnvironment, checkLink, scoped } from "./support/agents.mjs";
import { recordedActions } from "./support/recorded-actions.mjs";

/** The types of `ai` need browser types. @type {(name: string) => any} */
const untyped = createRequire(import.meta.url);
const { generateText, stepCountIs } = untyped("ai");
const { MockLanguageModelV3 } = untyped("ai/test");

const environment = await agentEnvironment();
const { client } = environment;

beforeEach(() => environment.prepare());

test("the tools of all pages are returned", async () => {
  const { actions, sent } = recordedActions(
    {
      tools: [
        scoped({
          name: "gmail_send",
          description: "Sends.",
          input_schema: {
            type: "object",
            properties: { to: { type: "string" } },
            required: ["to"],
          },
          annotations: { title: "Send", read_only_hint: false, openWorldHint: true, other: 1 },
        }),
      ],
      nextPageToken: "t",
    },
    { tools: [scoped({}, "ca_2")] },
    { data: { ok: true } },
    {},
  );
  const [first, second, ...rest] = await actions.getTools({
    identifier: "user_1",
    toolNames: ["a"],
  });
  assert.deepEqual(rest, []);
  const { call, ...fields } = first;
  assert.deepEqual(fields, {
    name: "gmail_send",
    description: "Sends.",
    inputSchema: { type: "object", properties: { to: { type: "string" } }, required: ["to"] },
    annotations: { title: "Send", readOnlyHint: false, openWorldHint: true },
    provider: "GMAIL",
    connectedAccountId: "ca_1",
  });
  assert.deepEqual(
    [second.name, second.description, second.inputSchema, second.annotations],
    ["gmail_tool", "Scalekit tool", { type: "object", properties: {} }, {}],
  );
  actions.preModifier("gmail_send", (/** @type {any} */ input) => ({ ...input, cc: "c" }));
  assert.deepEqual(await call({ to: "b" }), { ok: true });
  assert.deepEqual(await second.call(), {});
  assert.deepEqual(sent, [
    [
      "ToolService.ListScopedTools",
      { identifier: "user_1", filter: { toolNames: ["a"] }, pageSize: 100 },
    ],
    [
      "ToolService.ListScopedTools",
      { identifier: "user_1", filter: { toolNames: ["a"] }, pageSize: 100, pageToken: "t" },
    ],
    [
      "ToolService.ExecuteTool",
      { toolName: "gmail_send", connectedAccountId: "ca_1", params: { to: "b", cc: "c" } },
    ],
    ["ToolService.ExecuteTool", { toolName: "gmail_tool", connectedAccountId: "ca_2" }],
  ]);
});

test("tools are selected by provider, name and connection", async () => {
  const { actions, sent } = recordedActions();
  const filter = { providers: ["GMAIL"], toolNames: ["a"], connectionNames: ["gmail"] };
  await actions.getTools({ identifier: "user_1", ...filter, pageSize: 5 });
  assert.deepEqual(sent[0]?.[1], { identifier: "user_1", filter, pageSize: 5 });
  await assert.rejects(actions.getTools({}), { message: "identifier is required" });
  await assert.rejects(actions.getTools({ identifier: "a", toolName: "b" }), {
    message: "getTools() has no 'toolName'; use 'toolNames'",
  });
});

test("without a filter, the tools of all accounts of the user are returned", async () => {
  const tools = await client.actions.getTools({ identifier: "ada", pageSize: 1 });
  const providers = new Set(tools.map((/** @type {any} */ tool) => tool.provider));
  assert.deepEqual([...providers].sort(), ["GMAIL", "SLACK"]);
  assert.deepEqual(await client.actions.getTools({ identifier: "nobody" }), []);
  const { actions, sent } = recordedActions(
    { connectedAccounts: [{ connector: "slack" }, { connector: "gmail" }], nextPageToken: "t" },
    { connectedAccounts: [{ connector: "slack" }] },
  );
  await actions.getTools({ identifier: "user_1" });
  assert.deepEqual(sent, [
    ["ConnectedAccountService.ListConnectedAccounts", { identifier: "user_1", pageSize: 50 }],
    [
      "ConnectedAccountService.ListConnectedAccounts",
      { identifier: "user_1", pageSize: 50, pageToken: "t" },
    ],
    [
      "ToolService.ListScopedTools",
      { identifier: "user_1", filter: { connectionNames: ["gmail", "slack"] }, pageSize: 100 },
    ],
  ]);
});

test("the text of a failure contains a link only if the account must be authorized", async () => {
  const execute = async (/** @type {any} */ actions) =>
    actions
      .executeTool({ toolName: "a", connectedAccountId: "ca_1" })
      .catch((/** @type {unknown} */ error) => error);
  const lost = () => new ScalekitToolException("revoked", { httpStatus: 401 });
  const { actions, sent, respond } = recordedActions(lost(), { link: "https://link.example" });
  const error = await execute(actions);
  const withLink =
    "The tool failed: revoked. The user must authorize access again: https://link.example";
  assert.equal(await actions.describeToolFailure(error), withLink);
  assert.equal(await actions.describeToolFailure(error, false), "The tool failed: revoked");
  respond({ link: "https://link.example" });
  assert.equal(await actions.describeToolFailure(error, { state: "s" }), withLink);
  assert.deepEqual(sent.at(-1)?.[1], { id: "ca_1", state: "s" });
  respond({ link: "" });
  assert.equal(await actions.describeToolFailure(error), "The tool failed: revoked");
  respond({ error: "ScalekitForbiddenException" });
  assert.equal(await actions.describeToolFailure(error), "The tool failed: revoked");
  const count = sent.length;
  const limited = new ScalekitToolException("slow down", { httpStatus: 429 });
  assert.equal(await actions.describeToolFailure(limited), "The tool failed: slow down");
  assert.equal(await actions.describeToolFailure(new Error("own")), "The tool failed: own");
  assert.equal(sent.length, count);
});

test("after a failed post-modifier, the text prevents a second call", async () => {
  const { actions, sent } = recordedActions({ data: { a: 1 } }, { data: { a: 1 } });
  const fail = () => {
    throw new Error("not sorted");
  };
  const acted = "The tool has acted, but its result could not be processed: ";
  for (const [func, reason] of /** @type {[any, RegExp][]} */ ([
    [fail, /^not sorted$/],
    [() => 5, /^post-modifier .* must return an object, not number$/],
  ])) {
    actions.postModifier("a", func);
    const execution = actions.executeTool({ toolName: "a", connectedAccountId: "ca_1" });
    const error = await execution.catch((/** @type {unknown} */ thrown) => thrown);
    const text = await actions.describeToolFailure(error);
    assert.ok(text.startsWith(acted), text);
    assert.match(text.slice(acted.length), reason);
    actions.removeModifier(func);
  }
  assert.equal(sent.length, 2);
});

test("the failure of an unknown account is described without a link", async () => {
  const { actions, sent } = recordedActions();
  const error = new ScalekitToolException("revoked", { httpStatus: 401 });
  assert.equal(await actions.describeToolFailure(error), "The tool failed: revoked");
  assert.deepEqual(sent, []);
});

/** A model that calls both tools at once, and then ends with a text. */
function scriptedModel() {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };
  const calls = CALLS.map(({ id, name, args }) => ({
    type: "tool-call",
    toolCallId: id,
    toolName: name,
    input: JSON.stringify(args),
  }));
  const results = [
    {
      content: calls,
      finishReason: { unified: "tool-calls", raw: undefined },
      usage,
      warnings: [],
    },
    {
      content: [{ type: "text", text: "done" }],
      finishReason: { unified: "stop", raw: undefined },
      usage,
      warnings: [],
    },
  ];
  return new MockLanguageModelV3({ doGenerate: results });
}

/** Runs the agent and returns the results of the tools, as the model receives them. */
async function runAgent(/** @type {object} */ options = {}) {
  const model = scriptedModel();
  const tools = await aiTools(client.actions, {
    ...SELECTION,
    pageSize: 1,
    ...options,
  });
  const { text } = await generateText({ model, tools, prompt: "go", stopWhen: stepCountIs(3) });
  assert.equal(text, "done");
  const [first, second] = model.doGenerateCalls;
  assert.deepEqual(first.tools.map((/** @type {any} */ tool) => tool.name).sort(), [
    "gmail_fetch_mails",
    "slack_send_message",
  ]);
  assert.deepEqual(first.tools[0].inputSchema.type, "object");
  return new Map(
    second.prompt
      .filter((/** @type {any} */ message) => message.role === "tool")
      .flatMap((/** @type {any} */ message) => message.content)
      .map((/** @type {any} */ part) => [part.toolName, part.output]),
  );
}

test("an agent calls two tools: one fails for authorization, with a fresh link", async () => {
  await environment.revokeSlack();
  const outputs = await runAgent();
  assert.deepEqual(outputs.get("gmail_fetch_mails"), { type: "json", value: { mails: ["hi"] } });
  const failed = outputs.get("slack_send_message");
  assert.equal(failed.type, "error-text");
  await checkLink(failed.value);
  const pages = await environment.requests("operation=ToolService.ListScopedTools");
  assert.equal(pages.length, 2);
});

test("the link in the text of a failure can be switched off", async () => {
  await environment.revokeSlack();
  const outputs = await runAgent({ authorizationLinks: false });
  assert.match(outputs.get("slack_send_message").value, /The tool failed: the grant was revoked$/);
});

test("the failure of a tool has the original error as its cause", async () => {
  const cause = new ScalekitToolException("slow down", { httpStatus: 429 });
  const { actions } = recordedActions({ tools: [scoped({ name: "a" })] }, cause);
  const { a } = await aiTools(actions, { identifier: "user_1", toolNames: ["a"] });
  await assert.rejects(Promise.resolve(a?.execute({}, {})), (error) => {
    assert.ok(error instanceof ToolFailure);
    assert.equal(error.cause, cause);
    assert.equal(error.message, "The tool failed: slow down");
    return true;
  });
});

test("the execution of a tool stops with the signal of the AI SDK", async () => {
  const reason = new Error("stopped");
  const recorded = recordedActions({ tools: [scoped({ name: "a" })] }, reason);
  const { a } = await aiTools(recorded.actions, { identifier: "user_1", toolNames: ["a"] });
  const abortSignal = AbortSignal.abort(reason);
  await assert.rejects(
    Promise.resolve(a?.execute({}, { abortSignal })),
    (error) => error === reason,
  );
  assert.deepEqual(recorded.options.at(-1), { signal: abortSignal });
});

test("two accounts with the same tool are rejected", async () => {
  const tools = [scoped({ name: "a" }), scoped({ name: "a" }, "ca_2")];
  const { actions } = recordedActions({ tools });
  await assert.rejects(aiTools(actions, { identifier: "user_1", toolNames: ["a"] }), {
    message: "two connected accounts have the tool a; select one with connectionNames",
  });
});

test("a missing package is named", () => {
  const program = `
    const Module = require("node:module");
    const resolve = (specifier, context, next) => {
      if (/^(ai|@langchain|@modelcontextprotocol)/.test(specifier)) throw new Error("missing");
      return next(specifier, context);
    };
    if (Module.registerHooks) Module.registerHooks({ resolve });
    else Module.register("data:text/javascript," + encodeURIComponent("export const resolve = " + resolve));
    async function main() {
      for (const [module, name] of [["ai", "aiTools"], ["langchain", "langchainTools"], ["mcp", "mcpServer"]]) {
        const { [name]: adapter } = require("scalekit-client/" + module);
        await adapter({}, { identifier: "a" }).catch((error) => console.log(error.message, "/", error.cause.message));
      }
    }
    main();`;
  const output = execFileSync(process.execPath, ["-e", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  const langchain = "@langchain/core";
  const mcp = "@modelcontextprotocol/sdk";
  assert.deepEqual(output.trimEnd().split("\n"), [
    "aiTools() needs the package ai, version 5 or newer: npm install ai / missing",
    `langchainTools() needs the package ${langchain}, version 0.3 or 1: npm install ${langchain} / missing`,
    `mcpServer() needs the package ${mcp}: npm install ${mcp} / missing`,
  ]);
});
