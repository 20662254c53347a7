// Tools for the Messages API of Anthropic. No package is needed.

import type { JsonObject } from "@bufbuild/protobuf";

import type ActionsClient from "../actions";
import { type AdapterParams, type RunOptions, runCalls, ToolSet } from "./shared";

export type { AdapterParams, RunOptions } from "./shared";

/** A tool of the Messages API. */
export interface AnthropicTool {
  name: string;
  description: string;
  input_schema: { type: "object" } & JsonObject;
}

/** The results of the tool calls of a message. */
export interface ToolResultMessage {
  role: "user";
  content: {
    type: "tool_result";
    tool_use_id: string;
    content: string;
    is_error?: boolean;
  }[];
}

/**
 * Returns the tools of a user for the Messages API of Anthropic.
 *
 * `run` executes the tool calls of a message and returns the messages to send back: one with the
 * results, or none if the message has no tool calls. A result is JSON. A failure has `is_error` and
 * a text for the model. If the user must authorize the account again, the text contains a fresh
 * link.
 *
 * @param actions `client.actions`. Its modifiers are applied.
 * @throws {ScalekitArgumentException} Two tools have the same name.
 *
 * @example
 * const { tools, run } = await anthropicTools(client.actions, { identifier: "user_1" });
 * const message = await anthropic.messages.create({ model, max_tokens, messages, tools });
 * messages.push({ role: "assistant", content: message.content }, ...(await run(message)));
 */
export async function anthropicTools(
  actions: ActionsClient,
  params: AdapterParams,
): Promise<{
  tools: AnthropicTool[];
  run(
    message: { content: readonly { type: string }[] },
    options?: RunOptions,
  ): Promise<ToolResultMessage[]>;
}> {
  const set = await ToolSet.load("anthropicTools", actions, params);
  return {
    tools: set.map(({ name, description, inputSchema }) => ({
      name,
      description,
      input_schema: inputSchema as AnthropicTool["input_schema"],
    })),
    async run({ content }, options) {
      const calls = content.flatMap((block) => {
        const { id, name, input } = block as ToolUse;
        return block.type === "tool_use" ? [{ id, name, input }] : [];
      });
      const results = await runCalls(set, calls, options);
      const blocks = results.map(({ id, text, failed }) => ({
        type: "tool_result" as const,
        tool_use_id: id,
        content: text,
        ...(failed && { is_error: true }),
      }));
      return blocks.length > 0 ? [{ role: "user", content: blocks }] : [];
    },
  };
}

/** A tool call in the content of a message. */
interface ToolUse {
  type: string;
  id: string;
  name: string;
  input: unknown;
}
