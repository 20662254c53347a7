import type { ScalekitClient } from "scalekit-client";
import { type AiTool, aiTools } from "scalekit-client/ai";
import { type ToolResultMessage, anthropicTools } from "scalekit-client/anthropic";
import { type AdapterParams, type LangchainTool, langchainTools } from "scalekit-client/langchain";
import { type McpServer, mcpServer } from "scalekit-client/mcp";
import {
  type ChatToolMessage,
  type FunctionCallOutput,
  chatTools,
  responsesTools,
} from "scalekit-client/openai";

const PARAMS: AdapterParams = { identifier: "ada", authorizationLinks: { state: "s" } };

/** Calls the adapters as programs do. Only types are checked. */
export async function adapters({ actions }: ScalekitClient): Promise<unknown> {
  const tools: Record<string, AiTool> = await aiTools(actions, PARAMS);
  const [tool]: LangchainTool[] = await langchainTools(actions, PARAMS);
  const server: McpServer = await mcpServer(actions, PARAMS, { name: "mail", version: "1.0.0" });
  const chat = await chatTools(actions, PARAMS);
  const call = { id: "1", type: "function" as const, function: { name: "a", arguments: "{}" } };
  const message = { role: "assistant" as const, content: null, tool_calls: [call] };
  const { signal } = new AbortController();
  const messages: ChatToolMessage[] = await chat.run(message, { signal, otherTools: ["b"] });
  const responses = await responsesTools(actions, PARAMS);
  const item = { type: "function_call" as const, call_id: "1", name: "a", arguments: "{}" };
  const outputs: FunctionCallOutput[] = await responses.run({ output: [item] });
  const anthropic = await anthropicTools(actions, PARAMS);
  const block = { type: "tool_use" as const, id: "1", name: "a", input: {} };
  const results: ToolResultMessage[] = await anthropic.run({ content: [block] });
  // @ts-expect-error: the name is `toolNames`
  await chatTools(actions, { identifier: "ada", tools: [] });
  return [tools, tool, server, chat.tools[0]?.function.name, messages, outputs, results];
}
