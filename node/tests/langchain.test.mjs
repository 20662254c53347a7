// @ts-check
/** The tools of a user for LangChain, with a scripted model and both versions of LangChain. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { beforeEach, test } from "node:test";
import { promisify } from "node:util";

import { ScalekitToolException } from "scalekit-client";
import { ToolFailure, langchainTools } from "scalekit-client/langchain";

import { CALLS, SELECTION, agentEnvironment, checkLink, scoped } from "./support/agents.mjs";
import { recordedActions } from "./support/recorded-actions.mjs";

const untyped = (/** @type {string} */ name) => /** @type {Promise<any>} */ (import(name));
const { BaseChatModel } = await untyped("@langchain/core/language_models/chat_models");
const { AIMessage, HumanMessage } = await untyped("@langchain/core/messages");
const OLD = process.env["LANGCHAIN_VERSION"] === "0.3";

const environment = await agentEnvironment();
const { actions } = environment.client;

beforeEach(() => environment.prepare());

/** A model that calls both tools at once, and then responds with a text. */
class ScriptedModel extends BaseChatModel {
  _llmType() {
    return "scripted";
  }

  /** @param {any[]} tools */
  bindTools(tools) {
    this.tools = tools;
    return this;
  }

  /** @param {any[]} messages */
  async _generate(messages) {
    const first = messages.length === 1;
    const content = first ? "" : "done";
    const message = new AIMessage({ content, tool_calls: first ? CALLS : [] });
    return { generations: [{ text: content, message }] };
  }
}

test("an agent calls two tools: one fails for authorization, with a fresh link", async () => {
  await environment.revokeSlack();
  const tools = await langchainTools(actions, SELECTION);
  /** @type {any} */
  const model = new /** @type {any} */ (ScriptedModel)({}).bindTools(tools);
  const messages = [new HumanMessage("go")];
  for (;;) {
    const message = await model.invoke(messages);
    messages.push(message);
    if (message.tool_calls.length === 0) {
      break;
    }
    for (const call of message.tool_calls) {
      const tool = tools.find(({ name }) => name === call.name) ?? assert.fail(call.name);
      messages.push(await tool.invoke({ ...call, type: "tool_call" }));
    }
  }
  const [, , mails, failed, end] = messages;
  assert.equal(end.content, "done");
  assert.deepEqual(
    [mails.getType(), mails.content, mails.artifact, mails.tool_call_id],
    ["tool", '{"mails":["hi"]}', { mails: ["hi"] }, "call_1"],
  );
  assert.deepEqual([failed.status, failed.tool_call_id], ["error", "call_2"]);
  await checkLink(failed.content);
});

test("a tool has the schema and the metadata", async () => {
  const definition = {
    name: "a",
    description: "Sends.",
    input_schema: { type: "object", properties: { to: { type: "string" } }, required: ["to"] },
    annotations: { read_only_hint: true },
  };
  const recorded = recordedActions({ tools: [scoped(definition)] }, { data: { ok: true } });
  const [tool, ...rest] = await langchainTools(recorded.actions, {
    identifier: "user_1",
    toolNames: ["a"],
  });
  assert.deepEqual(rest, []);
  assert.deepEqual([tool?.name, tool?.description], ["a", "Sends."]);
  assert.deepEqual(tool?.schema, definition.input_schema);
  assert.deepEqual(tool?.metadata, {
    provider: "GMAIL",
    connectedAccountId: "ca_1",
    annotations: { readOnlyHint: true },
  });
  assert.equal(await tool?.invoke({ to: "b" }), '{"ok":true}');
  await assert.rejects(async () => tool?.invoke({ to: 5 }), /did not match expected schema/);
});

test("without a tool call, the failure of a tool is an exception", async () => {
  const cause = new ScalekitToolException("slow down", { httpStatus: 429 });
  const { actions } = recordedActions({ tools: [scoped({ name: "a" })] }, cause);
  const [tool] = await langchainTools(actions, { identifier: "user_1", toolNames: ["a"] });
  await assert.rejects(
    async () => tool?.invoke({}),
    (error) => {
      assert.ok(error instanceof ToolFailure);
      assert.equal(error.cause, cause);
      assert.equal(error.message, "The tool failed: slow down");
      return true;
    },
  );
});

test("the execution of a tool stops with the signal of LangChain", async () => {
  await environment.admin("POST", "faults", {
    operation: "ToolService.ExecuteTool",
    delay_ms: 20_000,
  });
  const [tool] = await langchainTools(actions, { ...SELECTION, toolNames: ["gmail_fetch_mails"] });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  const call = { ...CALLS[0], type: "tool_call" };
  await assert.rejects(async () => tool?.invoke(call, { signal: controller.signal }));
});

test("the loaded version of LangChain is the tested one", () => {
  const { version } = createRequire(import.meta.url)(
    OLD ? "langchain-core-0.3/package.json" : "@langchain/core/package.json",
  );
  assert.match(version, OLD ? /^0\.3\./ : /^1\./);
  assert.equal(import.meta.resolve("@langchain/core/tools").includes("langchain-core-0.3"), OLD);
});

test("LangChain 0.3 works too", { skip: OLD }, async () => {
  const resolve = `export const resolve = (specifier, context, next) =>
    next(specifier.replace(/^@langchain\\/core(?=\\/)/, "langchain-core-0.3"), context);`;
  const register = `import { register } from "node:module";
    register("data:text/javascript,${encodeURIComponent(resolve)}");`;
  const hook = `data:text/javascript,${encodeURIComponent(register)}`;
  const { NODE_TEST_CONTEXT: _, ...variables } = process.env;
  const env = { ...variables, LANGCHAIN_VERSION: "0.3" };
  const args = ["--import", hook, "--test-reporter=tap", import.meta.filename];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  assert.match(stdout, /^# pass 5$/m);
});
