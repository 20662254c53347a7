import { RequestMethods } from "./request";

/**
 * `client.actions` and `client.connect`: tools, connected accounts, requests to third-party APIs,
 * MCP servers and custom providers for agents. The two objects have the same methods, and each has its own modifiers.
 *
 * Methods take one object. An unknown name in it is rejected, and the error suggests the accepted
 * name. Methods reject with a `ScalekitArgumentException` if an argument is missing or invalid,
 * before a request is sent. They reject with a `ScalekitServerException` or one of its subclasses
 * if the service rejects the call or cannot be reached.
 */
// Each base class has the methods of one topic.
export default class ActionsClient extends RequestMethods {}

export { ActionsClient };
export type { AccountName } from "./account-name";
export type { CreateAccountParams, ListAccountsParams } from "./accounts";
export type { LinkParams } from "./authorization";
export type { ActionServices } from "./base";
export type {
  AppConnection,
  AppConnectionTimestamp,
  ListAppConnectionsResult,
  ListConnectionsParams,
} from "./connections";
export type { AccountFields, AuthorizationDetailsInput, Credentials } from "./credentials";
export type { default as ActionMcp, McpSessionToken, ToolMapping } from "./mcp";
export type {
  Modifier,
  ModifierType,
  PostModifierFunction,
  PreModifierFunction,
  RegisteredModifier,
  ToolInput,
  ToolNames,
  ToolOutput,
} from "./modifier";
export type { default as ActionProviders, AuthField, AuthPattern } from "./providers";
export type { RequestParams, ResponseType } from "./request";
export type { FieldValue, Fields, RawBody } from "./request-parts";
export type { ProxyResponse } from "./response";
export type { AgentTool, GetToolsParams, ToolAnnotations } from "./tool-set";
export type { ExecuteToolParams, ListToolsParams } from "./tools";
