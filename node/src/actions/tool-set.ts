import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

import { ScalekitServerException, isToolException } from "../errors";
import type { ScopedTool } from "../messages/scalekit/v1/tools/tools_pb";
import type { CallOptions } from "../runtime/call";
import { text } from "../runtime/conversions";
import * as validate from "../runtime/validate";
import { rememberedAccount } from "./account-name";
import type { LinkParams } from "./authorization";
import { ConnectionMethods } from "./connections";
import { known } from "./names";

/** Hints about a tool, with the names of the Model Context Protocol. */
export interface ToolAnnotations {
  title?: string;
  readOnlyHint?: boolean;
  destructiveHint?: boolean;
  idempotentHint?: boolean;
  openWorldHint?: boolean;
}

/** A tool of one user, independent of any framework. */
export interface AgentTool {
  /** The name, such as `gmail_fetch_mails`. */
  readonly name: string;
  /** The description for the model. */
  readonly description: string;
  /** The JSON schema of the input. Its type is `object`. */
  readonly inputSchema: JsonObject;
  readonly annotations: ToolAnnotations;
  /** The third-party service, such as `GMAIL`. */
  readonly provider: string;
  /** The id of the connected account that the tool uses. */
  readonly connectedAccountId: string;
  /**
   * Executes the tool with the modifiers of `client.actions`, and returns its output. Rejects as
   * {@link ActionsClient.executeTool} does.
   */
  call(toolInput?: Record<string, unknown> | null, call?: CallOptions): Promise<JsonObject>;
}

/** Parameters of `getTools`. */
export interface GetToolsParams {
  /** Your identifier of the user. */
  identifier: string;
  /** Only tools of these third-party services. */
  providers?: readonly string[] | null;
  /** Only tools with these names. */
  toolNames?: readonly string[] | null;
  /** Only tools of these connections. */
  connectionNames?: readonly string[] | null;
  /** Number of tools that one request fetches. Default: 100. */
  pageSize?: number | null;
}

/** Methods for the tools of a user, for agents. */
export abstract class ToolSetMethods extends ConnectionMethods {
  /**
   * Returns the tools that a user can call with their connected accounts, of all pages.
   *
   * Adapters convert these tools for a framework or a model API: `scalekit-client/ai`,
   * `/anthropic`, `/langchain`, `/mcp` and `/openai`.
   */
  async getTools(params: GetToolsParams, call?: CallOptions): Promise<AgentTool[]> {
    const given = known("getTools", params, [
      "identifier",
      "providers",
      "toolNames",
      "connectionNames",
      "pageSize",
    ]);
    const filter = {
      providers: validate.optionalTexts("providers", given.providers) ?? [],
      toolNames: validate.optionalTexts("toolNames", given.toolNames) ?? [],
      connectionNames: validate.optionalTexts("connectionNames", given.connectionNames) ?? [],
    };
    const identifier = text("identifier", given.identifier as string);
    const tools: AgentTool[] = [];
    if (Object.values(filter).every((names) => names.length === 0)) {
      // The service requires a filter, and the query of a GET request cannot contain an empty one.
      filter.connectionNames = await connectionsOf(this, identifier, call);
      if (filter.connectionNames.length === 0) {
        return tools;
      }
    }
    const options = { filter, pageSize: given.pageSize ?? 100 };
    for await (const scoped of this.tools.iterScopedTools(identifier, options, call)) {
      tools.push(agentTool(this, scoped));
    }
    return tools;
  }

  /**
   * Returns a text about the failure of a tool, for the model. If the user must authorize the
   * account again, it contains a fresh link.
   *
   * @param error The exception of {@link executeTool}, or of `call` of a tool.
   * @param links `false` for texts without links. An object has the parameters of the links.
   */
  async describeToolFailure(error: unknown, links: boolean | LinkParams = true): Promise<string> {
    const message = error instanceof Error ? error.message : String(error);
    const reason = (isToolException(error) && error.toolErrorMessage) || message;
    if (error instanceof Error && "toolResponse" in error && error.toolResponse !== undefined) {
      // The model must not call the tool again.
      return `The tool has acted, but its result could not be processed: ${reason}`;
    }
    const problem = `The tool failed: ${reason}`;
    if (links === false || !canBeAuthorized(error)) {
      return problem;
    }
    try {
      const { link } = await this.getAuthorizationLinkFor(error, links === true ? {} : links);
      return link === "" ? problem : `${problem}. The user must authorize access again: ${link}`;
    } catch (failure) {
      // A missing link must not hide the failure of the tool.
      if (failure instanceof ScalekitServerException) {
        return problem;
      }
      throw failure;
    }
  }
}

function canBeAuthorized(error: unknown): boolean {
  const isKnown = rememberedAccount(error) !== undefined;
  return isKnown && isToolException(error) && error.needsAuthorization;
}

/** Returns the names of the connections of a user's accounts. */
async function connectionsOf(
  { connectedAccounts }: ToolSetMethods,
  identifier: string,
  call: CallOptions | undefined,
): Promise<string[]> {
  const names = new Set<string>();
  const filter = { identifier, pageSize: 50 };
  for await (const { connector } of connectedAccounts.iterConnectedAccounts(filter, call)) {
    names.add(connector);
  }
  return [...names].sort();
}

function agentTool(actions: ToolSetMethods, scoped: ScopedTool): AgentTool {
  const { tool, connectedAccountId } = scoped;
  const definition = tool?.definition ?? {};
  const provider = tool?.provider ?? "";
  const name = textOf(definition["name"]) ?? `${provider.toLowerCase()}_tool`;
  return {
    name,
    description: textOf(definition["description"]) ?? "Scalekit tool",
    inputSchema: schemaOf(definition),
    annotations: annotationsOf(definition["annotations"]),
    provider,
    connectedAccountId,
    async call(toolInput, call) {
      const params = { toolName: name, toolInput, connectedAccountId };
      return (await actions.executeTool(params, call)).data ?? {};
    },
  };
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** Returns the schema of the input. Models require the type `object`. */
function schemaOf(definition: JsonObject): JsonObject {
  const schema = objectOf(definition["input_schema"] ?? definition["inputSchema"]);
  return { properties: {}, ...schema, type: "object" };
}

const HINTS: readonly [keyof ToolAnnotations, string][] = [
  ["title", "title"],
  ["readOnlyHint", "read_only_hint"],
  ["destructiveHint", "destructive_hint"],
  ["idempotentHint", "idempotent_hint"],
  ["openWorldHint", "open_world_hint"],
];

function annotationsOf(value: JsonValue | undefined): ToolAnnotations {
  const given = objectOf(value);
  const found = HINTS.map(([name, snake]) => [name, given[snake] ?? given[name]] as const);
  return Object.fromEntries(found.filter(([, hint]) => hint !== undefined && hint !== null));
}
