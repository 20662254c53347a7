// Tools for the AI SDK of Vercel, the package `ai`.

import type ActionsClient from "../actions";
import type { AgentTool, GetToolsParams, LinkParams } from "../actions";
import { known } from "../actions/names";
import { ScalekitArgumentException, ScalekitException } from "../errors";

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
export interface AiToolsParams extends GetToolsParams {
  /**
   * Whether the text of a failure contains a link if the user must authorize the account again.
   * Default: `true`. An object has the parameters of the links.
   */
  authorizationLinks?: boolean | LinkParams;
}

/** The failure of a tool. The model receives the message. The cause is the original error. */
export class ToolFailure extends ScalekitException {
  override name = "ToolFailure";
}

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
  const { authorizationLinks = true, ...selection } = known("aiTools", params, [
    "identifier",
    "providers",
    "toolNames",
    "connectionNames",
    "pageSize",
    "authorizationLinks",
  ]);
  const { dynamicTool, jsonSchema } = await loadAi();
  const tools: Record<string, AiTool> = {};
  for (const tool of await actions.getTools(selection as GetToolsParams)) {
    if (Object.hasOwn(tools, tool.name)) {
      throw new ScalekitArgumentException(
        `two connected accounts have the tool ${tool.name}; select one with connectionNames`,
      );
    }
    tools[tool.name] = dynamicTool({
      description: tool.description,
      inputSchema: jsonSchema(tool.inputSchema),
      execute: (input, { abortSignal }) =>
        execute(actions, tool, input as Record<string, unknown>, authorizationLinks, abortSignal),
    });
  }
  return tools;
}

async function execute(
  actions: ActionsClient,
  tool: AgentTool,
  input: Record<string, unknown>,
  links: boolean | LinkParams,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  try {
    return await tool.call(input, { signal });
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    throw new ToolFailure(await actions.describeToolFailure(error, links), { cause: error });
  }
}

async function loadAi(): Promise<Ai> {
  try {
    // Not typed: see AiTool.
    return (await import("ai" as string)) as Ai;
  } catch (error) {
    throw new ScalekitArgumentException(
      "aiTools() needs the package ai, version 5 or newer: npm install ai",
      { cause: error },
    );
  }
}
