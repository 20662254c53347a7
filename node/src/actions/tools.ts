import type { JsonObject } from "@bufbuild/protobuf";

import { ScalekitServerException } from "../errors";
import type {
  ExecuteToolResponse,
  ListToolsResponse,
} from "../messages/scalekit/v1/tools/tools_pb";
import type { CallOptions } from "../runtime/call";
import { ifAnySet, requireOneOf, text } from "../runtime/conversions";
import * as validate from "../runtime/validate";
import { type AccountName, rememberAccount, sentAccount } from "./account-name";
import { ActionsBase, MODIFIERS } from "./base";
import { jsonObject } from "./json-values";
import {
  type Modifier,
  type ModifierType,
  type PostModifierFunction,
  type PreModifierFunction,
  type RegisteredModifier,
  type ToolNames,
  modified,
  registered,
  select,
} from "./modifier";
import { known } from "./names";

/** Parameters of `executeTool`. */
export interface ExecuteToolParams extends AccountName {
  /** Name of the tool, such as `gmail_fetch_mails`. */
  toolName: string;
  /** Input of the tool: JSON values that match its definition. The object is not changed. */
  toolInput?: Record<string, unknown> | null;
  /** The same as `connectionName`. */
  connector?: string | null;
}

/** Parameters of `listTools`. Tools that match all given filters are listed. */
export interface ListToolsParams extends AccountName {
  /** Only tools of this third-party service. */
  provider?: string | null;
  /** Only tools with these names. */
  toolName?: string | readonly string[] | null;
  /** Only tools that contain this text. */
  query?: string | null;
  /** Whether to return only a summary of each tool. */
  summary?: boolean | null;
  /** Number of tools per page; 10 if not set. */
  pageSize?: number | null;
  /** `nextPageToken` of the previous page. */
  pageToken?: string | null;
}

/** Methods for tools and their modifiers. */
export abstract class ToolMethods extends ActionsBase {
  /**
   * Executes a tool with a connected account. Applies the pre-modifiers to the input and the
   * post-modifiers to `data` of the response.
   *
   * The account is identified by `connectedAccountId` or by `identifier`, usually with
   * `connectionName`. The timeout is the option `toolTimeoutMs` of the client. The call is never
   * retried.
   *
   * @throws {ScalekitServerException} The tool failed or the account is not active. If
   *   `isToolException(error)` and `error.needsAuthorization` are `true`,
   *   {@link ActionsClient.getAuthorizationLinkFor} returns a link for the user.
   * @throws {ScalekitModifierException} A post-modifier returned an invalid value.
   */
  async executeTool(params: ExecuteToolParams, call?: CallOptions): Promise<ExecuteToolResponse> {
    const given = known(
      "executeTool",
      params,
      [
        "toolName",
        "toolInput",
        "identifier",
        "connectedAccountId",
        "connectionName",
        "organizationId",
        "userId",
      ],
      { instead: { connector: "connectionName", tool: "toolName" } },
    );
    const toolName = text("toolName", given.toolName as string);
    requireOneOf({
      connectedAccountId: [given.connectedAccountId],
      identifier: [given.identifier],
    });
    const { toolInput } = given;
    const input =
      toolInput === undefined || toolInput === null ? {} : jsonObject("toolInput", toolInput);
    const before = select(this[MODIFIERS], toolName, "pre");
    const changed = before.length > 0 ? await modified(toolName, input, before) : input;
    const account = sentAccount(given);
    let response: ExecuteToolResponse;
    try {
      response = await this.tools.executeTool(
        { toolName, params: paramsOf(changed), ...account },
        call,
      );
    } catch (error) {
      if (error instanceof ScalekitServerException) {
        rememberAccount(error, account);
      }
      throw error;
    }
    const after = select(this[MODIFIERS], toolName, "post");
    if (after.length > 0) {
      // A copy: the errors of modifiers contain the original response.
      const data = await modified(toolName, structuredClone(response.data), after, response);
      response.data = data;
    }
    return response;
  }

  /** Lists the tools that match all given filters, page by page. */
  async listTools(params?: ListToolsParams | null, call?: CallOptions): Promise<ListToolsResponse> {
    const given = known("listTools", params, [
      "connectionName",
      "identifier",
      "provider",
      "toolName",
      "query",
      "organizationId",
      "userId",
      "connectedAccountId",
      "summary",
      "pageSize",
      "pageToken",
    ]);
    const names = validate.optionalTexts("toolName", given.toolName);
    const filter = ifAnySet({
      ...sentAccount(given),
      provider: given.provider || undefined,
      toolName: names?.length ? names : undefined,
      query: given.query || undefined,
      summary: given.summary ?? undefined,
    });
    const { pageSize, pageToken } = given;
    return this.tools.listTools({ filter, pageSize, pageToken }, call);
  }

  /**
   * Registers a function that changes the input of tools, and returns it.
   *
   * The function receives a copy of the input and returns the new input. It can be asynchronous.
   * The modifiers of a tool are applied in the order of their registration.
   *
   * @example
   * client.actions.preModifier("gmail_fetch_mails", (input) => ({ ...input, max_results: 5 }));
   */
  preModifier<Func extends PreModifierFunction>(toolNames: ToolNames, func: Func): Func {
    this[MODIFIERS] = add(this[MODIFIERS], "preModifier", { toolNames, type: "pre", func });
    return func;
  }

  /**
   * Registers a function that changes the output of tools, and returns it.
   *
   * The function receives `data` of the response and returns the new `data`. If it fails, its error
   * has the property `toolResponse`, because the tool has already acted.
   */
  postModifier<Func extends PostModifierFunction>(toolNames: ToolNames, func: Func): Func {
    this[MODIFIERS] = add(this[MODIFIERS], "postModifier", { toolNames, type: "post", func });
    return func;
  }

  /** Registers a modifier. */
  addModifier(modifier: Modifier): void {
    this[MODIFIERS] = add(this[MODIFIERS], "addModifier", modifier);
  }

  /** Removes a modifier, or all modifiers with the given function. */
  removeModifier(modifier: Modifier | Modifier["func"]): void {
    const isRemoved =
      typeof modifier === "function"
        ? (other: RegisteredModifier) => other.func === modifier
        : same(registered("removeModifier", modifier));
    this[MODIFIERS] = this[MODIFIERS].filter((other) => !isRemoved(other));
  }

  /** Returns the modifiers in the order of their registration. */
  getModifiers(filter?: {
    /** Only modifiers of this tool. */
    toolName?: string | null;
    /** Only modifiers of this type. */
    type?: ModifierType | null;
  }): RegisteredModifier[] {
    const { toolName, type } = known("getModifiers", filter, ["toolName", "type"]);
    return this[MODIFIERS].filter(
      (modifier) =>
        (!toolName || modifier.toolNames.includes(toolName)) && (!type || modifier.type === type),
    );
  }
}

/** Returns a new list, so that running executions are not affected. */
function add(
  modifiers: readonly RegisteredModifier[],
  method: string,
  modifier: Modifier,
): readonly RegisteredModifier[] {
  return [...modifiers, registered(method, modifier)];
}

/** Returns a function that returns `true` for equal modifiers. */
function same(modifier: RegisteredModifier): (other: RegisteredModifier) => boolean {
  const names = modifier.toolNames.join();
  return ({ toolNames, type, func }) =>
    func === modifier.func && type === modifier.type && toolNames.join() === names;
}

/** Returns the input for the request, where an empty input is not sent. */
function paramsOf(input: JsonObject | undefined): JsonObject | undefined {
  const params = jsonObject("toolInput", input);
  return Object.keys(params).length > 0 ? params : undefined;
}
