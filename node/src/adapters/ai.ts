// Tools for the AI SDK of Vercel, the package `ai`.

import type ActionsClient from "../actions";
import { type AdapterParams, load, ToolSet } from "./shared";

export { ToolFailure } from "./shared";

/**
 * A tool of the AI SDK. The type is declared here, because the types of `ai` need browser types.
 */
export interface AiTool {
  type: "dynamic";
  description: string;
  /** A `Schema` of the AI SDK. */
  inputSchema: any;
  execute(input: unknown, options: { abortSignal?: AbortSignal }): Promise<unknown>;
}

/** The functions of the package `ai` that are used here. */
interface Ai {
  dynamicTool(tool: Omit<AiTool, "type">): AiTool;
  jsonSchema(schema: object): unknown;
}

/** Parameters of {@link aiTools}. */
export type AiToolsParams = AdapterParams;

/**
 * Returns the tools of a user for `generateText` and `streamText` of the AI SDK, by name.
 *
 * Results are JSON. A failure is a tool error of the AI SDK with a text for the model. If the user
 * must authorize the account again, the text contains a fresh link. If two accounts of the user
 * have a tool with the same name, select one with `connectionNames`.
 *
 * @param actions `client.actions`. Its modifiers are applied.
 * @throws {ScalekitArgumentException} The package `ai` is not installed, or two tools have the same
 *   name.
 *
 * @example
 * const tools = await aiTools(client.actions, { identifier: "user_1" });
 * const { text } = await generateText({ model, tools, prompt, stopWhen: stepCountIs(5) });
 */
export async function aiTools(
  actions: ActionsClient,
  params: AiToolsParams,
): Promise<Record<string, AiTool>> {
  const { dynamicTool, jsonSchema } = await load<Ai>("aiTools", "ai, version 5 or newer", "ai");
  const set = await ToolSet.load("aiTools", actions, params);
  const tools = set.map(({ name, description, inputSchema }): [string, AiTool] => [
    name,
    dynamicTool({
      description,
      inputSchema: jsonSchema(inputSchema),
      execute: (input, { abortSignal }) => set.execute(name, input, abortSignal),
    }),
  ]);
  return Object.fromEntries(tools);
}
