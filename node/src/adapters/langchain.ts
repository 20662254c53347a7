// Tools for LangChain, the package `@langchain/core`.

import type ActionsClient from "../actions";
import type { ToolAnnotations } from "../actions";
import { type AdapterParams, load, ToolFailure, ToolSet } from "./shared";

export { ToolFailure } from "./shared";
export type { AdapterParams } from "./shared";

/**
 * A `DynamicStructuredTool` of LangChain. The type is declared here, so that the package works with
 * several versions of `@langchain/core`.
 */
export interface LangchainTool {
  name: string;
  description: string;
  /** The JSON schema of the input. */
  schema: any;
  metadata?: {
    provider: string;
    connectedAccountId: string;
    annotations: ToolAnnotations;
  };
  /** Executes the tool. A tool call of a model returns a `ToolMessage`, an input returns text. */
  invoke(input: any, config?: any): Promise<any>;
  [member: string]: any;
}

/** The members of `@langchain/core/tools` that are used here. */
interface Tools {
  DynamicStructuredTool: new (fields: object) => LangchainTool;
}

/** The members of `@langchain/core/messages` that are used here. */
interface Messages {
  ToolMessage: new (fields: object) => object;
}

/** The configuration of a call. */
interface Config {
  signal?: AbortSignal;
  toolCall?: { id?: string };
}

/**
 * Returns the tools of a user for LangChain and LangGraph.
 *
 * The content of a result is JSON, and its artifact is the output as an object. The failure of a
 * tool call is a `ToolMessage` with the status `error` and a text for the model. If the user must
 * authorize the account again, the text contains a fresh link. Without a tool call, `invoke`
 * rejects with a {@link ToolFailure} instead.
 *
 * @param actions `client.actions`. Its modifiers are applied.
 * @throws {ScalekitArgumentException} The package `@langchain/core` is not installed, or two tools
 *   have the same name.
 *
 * @example
 * const tools = await langchainTools(client.actions, { identifier: "user_1" });
 * const agent = createAgent({ model, tools });
 */
export async function langchainTools(
  actions: ActionsClient,
  params: AdapterParams,
): Promise<LangchainTool[]> {
  const needed = "@langchain/core, version 0.3 or 1";
  const { DynamicStructuredTool } = await load<Tools>(
    "langchainTools",
    needed,
    "@langchain/core/tools",
  );
  const { ToolMessage } = await load<Messages>(
    "langchainTools",
    needed,
    "@langchain/core/messages",
  );
  const set = await ToolSet.load("langchainTools", actions, params);
  return set.map(
    ({ name, description, inputSchema, annotations, provider, connectedAccountId }) =>
      new DynamicStructuredTool({
        name,
        description,
        schema: inputSchema,
        responseFormat: "content_and_artifact",
        metadata: { provider, connectedAccountId, annotations },
        async func(input: unknown, _manager: unknown, config?: Config) {
          try {
            const output = await set.execute(name, input, config?.signal);
            return [JSON.stringify(output), output];
          } catch (error) {
            const id = config?.toolCall?.id;
            if (!(error instanceof ToolFailure) || id === undefined) {
              throw error;
            }
            const { message: content } = error;
            const message = { content, tool_call_id: id, name, status: "error" };
            return [new ToolMessage(message), undefined];
          }
        },
      }),
  );
}
