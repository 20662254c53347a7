// Tools for the APIs of OpenAI, and for services with the same format. No package is needed.

import type { JsonObject } from "@bufbuild/protobuf";

import type ActionsClient from "../actions";
import { type AdapterParams, type RunOptions, runCalls, ToolSet } from "./shared";

export type { AdapterParams, RunOptions } from "./shared";

/** A tool of the Chat Completions API. */
export interface ChatTool {
  type: "function";
  function: { name: string; description: string; parameters: JsonObject };
}

/** A message of a model. */
export interface ChatMessage {
  tool_calls?: readonly ChatToolCall[] | null;
}

/** A tool call of a model. Calls of custom tools have no `function`. */
export interface ChatToolCall {
  id: string;
  function?: { name: string; arguments: string };
}

/** The result of a tool call. */
export interface ChatToolMessage {
  role: "tool";
  tool_call_id: string;
  content: string;
}

/** A tool of the Responses API. */
export interface ResponsesTool {
  type: "function";
  name: string;
  description: string;
  parameters: JsonObject;
  strict: false;
}

/** The result of a tool call. */
export interface FunctionCallOutput {
  type: "function_call_output";
  call_id: string;
  output: string;
}

/**
 * Returns the tools of a user for the Chat Completions API of OpenAI.
 *
 * `run` executes the tool calls of a message and returns the messages to send back. Their content
 * is JSON, or a text about a failure. If the user must authorize the account again, the text
 * contains a fresh link.
 *
 * @param actions `client.actions`. Its modifiers are applied.
 * @throws {ScalekitArgumentException} Two tools have the same name.
 *
 * @example
 * const { tools, run } = await chatTools(client.actions, { identifier: "user_1" });
 * const { choices } = await openai.chat.completions.create({ model, messages, tools });
 * messages.push(choices[0].message, ...(await run(choices[0].message)));
 */
export async function chatTools(
  actions: ActionsClient,
  params: AdapterParams,
): Promise<{
  tools: ChatTool[];
  run(message: ChatMessage, options?: RunOptions): Promise<ChatToolMessage[]>;
}> {
  const set = await ToolSet.load("chatTools", actions, params);
  return {
    tools: set.map(({ name, description, inputSchema }) => ({
      type: "function",
      function: { name, description, parameters: inputSchema },
    })),
    async run({ tool_calls }, options) {
      const calls = (tool_calls ?? []).flatMap(({ id, function: called }) =>
        called ? [{ id, name: called.name, input: called.arguments }] : [],
      );
      const results = await runCalls(set, calls, options);
      return results.map(({ id, text }) => ({ role: "tool", tool_call_id: id, content: text }));
    },
  };
}

/**
 * Returns the tools of a user for the Responses API of OpenAI.
 *
 * `run` executes the tool calls of a response and returns the items to send back, as in
 * {@link chatTools}.
 *
 * @example
 * const { tools, run } = await responsesTools(client.actions, { identifier: "user_1" });
 * const response = await openai.responses.create({ model, input, tools });
 * input.push(...response.output, ...(await run(response)));
 */
export async function responsesTools(
  actions: ActionsClient,
  params: AdapterParams,
): Promise<{
  tools: ResponsesTool[];
  run(
    response: { output: readonly { type: string }[] },
    options?: RunOptions,
  ): Promise<FunctionCallOutput[]>;
}> {
  const set = await ToolSet.load("responsesTools", actions, params);
  return {
    tools: set.map(({ name, description, inputSchema }) => ({
      type: "function",
      name,
      description,
      parameters: inputSchema,
      // The strict mode does not accept optional parameters.
      strict: false,
    })),
    async run({ output }, options) {
      const calls = output.flatMap((item) => {
        const { call_id: id, name, arguments: input } = item as FunctionCall;
        return item.type === "function_call" ? [{ id, name, input }] : [];
      });
      const results = await runCalls(set, calls, options);
      return results.map(({ id, text }) => ({
        type: "function_call_output",
        call_id: id,
        output: text,
      }));
    },
  };
}

/** A tool call in the output of a response. */
interface FunctionCall {
  type: string;
  call_id: string;
  name: string;
  arguments: string;
}
