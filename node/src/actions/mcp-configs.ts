import { ScalekitArgumentException } from "../errors";
import type {
  CreateMcpConfigResponse,
  DeleteMcpConfigResponse,
  DeleteMcpInstanceResponse,
  EnsureMcpInstanceResponse,
  GetMcpInstanceAuthStateResponse,
  GetMcpInstanceResponse,
  ListMcpConfigsResponse,
  ListMcpInstancesResponse,
  UpdateMcpConfigResponse,
  UpdateMcpInstanceResponse,
} from "../messages/scalekit/v1/mcp/mcp_pb";
import type { CallOptions } from "../runtime/call";
import { ifAnySet, nonEmpty, text } from "../runtime/conversions";
import * as validate from "../runtime/validate";
import { McpBase, SERVICE } from "./base";
import { unknownName, known } from "./names";

/** A connection of an MCP configuration with its tools. */
export interface ToolMapping {
  /** Name of the connection. */
  connectionName: string;
  /** Names of its tools. Without them, all tools of the connection. */
  tools?: readonly string[];
}

/** Methods for MCP configurations and their instances. */
export abstract class McpConfigMethods extends McpBase {
  /** Lists the MCP configurations that match all given filters, page by page. */
  async listConfigs(
    params?: {
      /** Number of configurations per page, at most 30; 10 if not set. */
      pageSize?: number | null;
      /** `nextPageToken` of the previous page. */
      pageToken?: string | null;
      /** Only the configuration with this id. */
      filterId?: string | null;
      /** Only configurations with tools of this provider. */
      filterProvider?: string | null;
      /** Only configurations with this name. */
      filterName?: string | null;
      /** Only the configuration with this URL. */
      filterMcpServerUrl?: string | null;
      /** Only configurations that contain this text. */
      search?: string | null;
    } | null,
    call?: CallOptions,
  ): Promise<ListMcpConfigsResponse> {
    const given = known("listConfigs", params, [
      "pageSize",
      "pageToken",
      "filterId",
      "filterProvider",
      "filterName",
      "filterMcpServerUrl",
      "search",
    ]);
    const filter = ifAnySet({
      id: nonEmpty(given.filterId),
      provider: nonEmpty(given.filterProvider),
      name: nonEmpty(given.filterName),
      mcpServerUrl: nonEmpty(given.filterMcpServerUrl),
    });
    const { search, pageSize, pageToken } = given;
    return this[SERVICE].listConfigs({ filter, search, pageSize, pageToken }, call);
  }

  /** Creates an MCP configuration: connections and tools, served at one URL. */
  async createConfig(
    params: {
      /** Letters, digits, `_` and `-`, at most 100 characters. */
      name: string;
      description?: string | null;
      /** At most 25 connections with their tools. */
      connectionToolMappings?: readonly ToolMapping[] | null;
    },
    call?: CallOptions,
  ): Promise<CreateMcpConfigResponse> {
    const names = ["name", "description", "connectionToolMappings"] as const;
    const given = known("createConfig", params, names);
    return this[SERVICE].createConfig(
      {
        name: text("name", given.name as string),
        description: given.description ?? undefined,
        connectionToolMappings: mappings(given.connectionToolMappings) ?? [],
      },
      call,
    );
  }

  /** Updates an MCP configuration. */
  async updateConfig(
    params: {
      /** Id of the configuration. */
      configId: string;
      /** The new description. */
      description?: string | null;
      /**
       * The new connections and tools, which replace all old ones. The API does not distinguish an
       * empty array from a missing one.
       */
      connectionToolMappings?: readonly ToolMapping[] | null;
    },
    call?: CallOptions,
  ): Promise<UpdateMcpConfigResponse> {
    const names = ["configId", "description", "connectionToolMappings"] as const;
    const given = known("updateConfig", params, names);
    return this[SERVICE].updateConfig(
      text("configId", given.configId as string),
      {
        description: given.description,
        connectionToolMappings: mappings(given.connectionToolMappings),
      },
      call,
    );
  }

  /** Deletes an MCP configuration. Its URL stops working at once. */
  async deleteConfig(
    params: { configId: string },
    call?: CallOptions,
  ): Promise<DeleteMcpConfigResponse> {
    const given = known("deleteConfig", params, ["configId"]);
    return this[SERVICE].deleteConfig(text("configId", given.configId as string), call);
  }

  /** Returns the instance that a user has of an MCP configuration. Creates it if necessary. */
  async ensureInstance(
    params: {
      /** Name of the configuration. */
      configName: string;
      /** Your identifier of the user. */
      userIdentifier: string;
      /** Name of the instance. */
      name?: string | null;
    },
    call?: CallOptions,
  ): Promise<EnsureMcpInstanceResponse> {
    const given = known("ensureInstance", params, ["configName", "userIdentifier", "name"]);
    return this[SERVICE].ensureInstance(
      text("configName", given.configName as string),
      text("userIdentifier", given.userIdentifier as string),
      { name: given.name },
      call,
    );
  }

  /** Renames an MCP instance, or moves it to another configuration. */
  async updateInstance(
    params: {
      /** Id of the instance. */
      instanceId: string;
      /** The new name. */
      name?: string | null;
      /** Name of the new configuration. */
      configName?: string | null;
    },
    call?: CallOptions,
  ): Promise<UpdateMcpInstanceResponse> {
    const given = known("updateInstance", params, ["instanceId", "name", "configName"]);
    const instanceId = text("instanceId", given.instanceId as string);
    const name = nonEmpty(given.name);
    const configName = nonEmpty(given.configName);
    if (name === undefined && configName === undefined) {
      throw new ScalekitArgumentException("name or configName is required");
    }
    return this[SERVICE].updateInstance(instanceId, { name, configName }, call);
  }

  /** Returns an MCP instance. */
  async getInstance(
    params: { instanceId: string },
    call?: CallOptions,
  ): Promise<GetMcpInstanceResponse> {
    const given = known("getInstance", params, ["instanceId"]);
    return this[SERVICE].getInstance(text("instanceId", given.instanceId as string), call);
  }

  /** Lists the MCP instances that match all given filters, page by page. */
  async listInstances(
    params?: {
      /** Number of instances per page, at most 30; 10 if not set. */
      pageSize?: number | null;
      /** `nextPageToken` of the previous page. */
      pageToken?: string | null;
      /** Only the instance with this id. */
      filterId?: string | null;
      /** Only instances with this name. */
      filterName?: string | null;
      /** Only instances of the configuration with this name. */
      filterConfigName?: string | null;
      /** Only instances of this user. */
      filterUserIdentifier?: string | null;
    } | null,
    call?: CallOptions,
  ): Promise<ListMcpInstancesResponse> {
    const given = known("listInstances", params, [
      "pageSize",
      "pageToken",
      "filterId",
      "filterName",
      "filterConfigName",
      "filterUserIdentifier",
    ]);
    const filter = ifAnySet({
      id: nonEmpty(given.filterId),
      name: nonEmpty(given.filterName),
      configName: nonEmpty(given.filterConfigName),
      userIdentifier: nonEmpty(given.filterUserIdentifier),
    });
    const { pageSize, pageToken } = given;
    return this[SERVICE].listInstances({ filter, pageSize, pageToken }, call);
  }

  /** Deletes an MCP instance. Its URL stops working. */
  async deleteInstance(
    params: { instanceId: string },
    call?: CallOptions,
  ): Promise<DeleteMcpInstanceResponse> {
    const given = known("deleteInstance", params, ["instanceId"]);
    return this[SERVICE].deleteInstance(text("instanceId", given.instanceId as string), call);
  }

  /** Returns the authorization state of each connection of an MCP instance. */
  async getInstanceAuthState(
    params: {
      /** Id of the instance. */
      instanceId: string;
      /** Whether to create a link for each connection, with which the user authorizes it. */
      includeAuthLinks?: boolean | null;
    },
    call?: CallOptions,
  ): Promise<GetMcpInstanceAuthStateResponse> {
    const given = known("getInstanceAuthState", params, ["instanceId", "includeAuthLinks"]);
    return this[SERVICE].getInstanceAuthState(
      text("instanceId", given.instanceId as string),
      { includeAuthLinks: given.includeAuthLinks },
      call,
    );
  }
}

const SENT = ["connectionName", "tools"];
const READ_ONLY = ["connectionId", "provider", "connectedAccountId", "connectedAccountStatus"];

/** Returns the fields that the service accepts. Mappings of a response can be passed unchanged. */
function mappings(
  given: readonly ToolMapping[] | null | undefined,
): { connectionName: string; tools: string[] }[] | undefined {
  if (given === undefined || given === null) {
    return undefined;
  }
  if (!Array.isArray(given)) {
    validate.wrongType("connectionToolMappings", "an array", given);
  }
  return given.map((mapping: ToolMapping, index) => {
    const where = `connectionToolMappings[${index}]`;
    if (typeof mapping !== "object" || mapping === null) {
      validate.wrongType(where, "an object", mapping);
    }
    for (const key of Object.keys(mapping)) {
      if (!key.startsWith("$") && !SENT.includes(key) && !READ_ONLY.includes(key)) {
        throw new ScalekitArgumentException(unknownName(where, key, SENT));
      }
    }
    return {
      connectionName: text(`${where}.connectionName`, mapping.connectionName),
      tools: validate.optionalTexts(`${where}.tools`, mapping.tools) ?? [],
    };
  });
}
