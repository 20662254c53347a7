// An MCP server with the tools of a user, for the package `@modelcontextprotocol/sdk`.

import type ActionsClient from "../actions";
import { type AdapterParams, load, runCalls, ToolSet } from "./shared";

export type { AdapterParams } from "./shared";

/**
 * A `Server` of `@modelcontextprotocol/sdk`. The type is declared here, so that the package works
 * with several versions.
 */
export interface McpServer {
  /** Serves a transport, such as `StdioServerTransport`. */
  connect(transport: any): Promise<void>;
  close(): Promise<void>;
  [member: string]: any;
}

/** The members of the package that are used here. */
interface ServerModule {
  Server: new (info: object, options: object) => McpServer;
}
interface TypesModule {
  ListToolsRequestSchema: unknown;
  CallToolRequestSchema: unknown;
}

interface CallRequest {
  params: { name: string; arguments?: Record<string, unknown> };
}

/**
 * Creates an MCP server with the tools of a user. It executes them with `client.actions`, so
 * modifiers are applied.
 *
 * Scalekit has MCP servers too, which need no program of yours: see `client.actions.mcp`. A result
 * has the output as JSON and as `structuredContent`. A failure has `isError` and a text for the
 * model. If the user must authorize the account again, the text contains a fresh link.
 *
 * @param actions `client.actions`.
 * @param info Name and version of the server, for its clients.
 * @throws {ScalekitArgumentException} The package `@modelcontextprotocol/sdk` is not installed, or
 *   two tools have the same name.
 *
 * @example
 * const server = await mcpServer(client.actions, { identifier: "user_1" });
 * await server.connect(new StdioServerTransport());
 */
export async function mcpServer(
  actions: ActionsClient,
  params: AdapterParams,
  info: { name: string; version: string } = { name: "scalekit", version: "1.0.0" },
): Promise<McpServer> {
  const sdk = "@modelcontextprotocol/sdk";
  const { Server } = await load<ServerModule>("mcpServer", sdk, `${sdk}/server/index.js`);
  const types = await load<TypesModule>("mcpServer", sdk, `${sdk}/types.js`);
  const set = await ToolSet.load("mcpServer", actions, params);
  const server = new Server(info, { capabilities: { tools: {} } });
  const tools = set.map(({ name, description, inputSchema, annotations }) => ({
    name,
    description,
    inputSchema,
    annotations,
  }));
  server["setRequestHandler"](types.ListToolsRequestSchema, () => ({ tools }));
  server["setRequestHandler"](
    types.CallToolRequestSchema,
    async ({ params }: CallRequest, { signal }: { signal: AbortSignal }) => {
      const call = { id: "", name: params.name, input: params.arguments };
      const [result] = await runCalls(set, [call], { signal });
      const { text = "", failed = true } = result ?? {};
      const content = [{ type: "text", text }];
      return failed
        ? { content, isError: true }
        : { content, structuredContent: JSON.parse(text) as object };
    },
  );
  return server;
}
