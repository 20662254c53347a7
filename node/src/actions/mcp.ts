import type { Duration } from "@bufbuild/protobuf/wkt";

import { ScalekitArgumentException, ScalekitServerException } from "../errors";
import type {
  CreateMcpSessionTokenResponse,
  GetMcpConfigResponse,
  ListMcpConnectedAccountsResponse,
} from "../messages/scalekit/v1/mcp/mcp_pb";
import type { CallOptions } from "../runtime/call";
import { duration, text } from "../runtime/conversions";
import { ENV_URL, SERVICE } from "./base";
import { McpConfigMethods } from "./mcp-configs";
import { known } from "./names";

export type { ToolMapping } from "./mcp-configs";

const ACCESS_LEVELS: readonly unknown[] = ["FULL", "READ_ONLY"];
const MIN_EXPIRY_S = 60n;
const MAX_EXPIRY_S = 24n * 60n * 60n;

/** A token for an MCP server. */
export type McpSessionToken = CreateMcpSessionTokenResponse & {
  /** URL of the MCP server. `undefined` if it could not be fetched. */
  serverUrl?: string;
};

/** Parameters of `createSessionToken`: one of `mcpConfigId` and `connectionName` is required. */
export interface SessionTokenParams {
  /** Id of the MCP configuration. */
  mcpConfigId?: string | null;
  /** Name of a connection, instead of a configuration. */
  connectionName?: string | null;
  /** Your identifier of the user, at most 255 characters. */
  identifier: string;
  /**
   * Lifetime of the token, in seconds or as `Duration`: 60 seconds to 24 hours. Default: one hour.
   * Fractions of a second are cut off.
   */
  expiry?: Duration | number | null;
  /** Default: `FULL`. */
  accessLevel?: "FULL" | "READ_ONLY" | null;
}

/** `client.actions.mcp`: MCP servers for agents. */
export default class ActionMcp extends McpConfigMethods {
  /** Returns an MCP configuration. */
  async getConfig(params: { configId: string }, call?: CallOptions): Promise<GetMcpConfigResponse> {
    const given = known("getConfig", params, ["configId"]);
    return this[SERVICE].getMcpConfig(text("configId", given.configId as string), call);
  }

  /** Lists the connected accounts of a user for the connections of an MCP configuration. */
  async listMcpConnectedAccounts(
    params: {
      /** Id of the configuration. */
      configId: string;
      /** Your identifier of the user. */
      identifier: string;
      /**
       * Whether to create a link for each connection, with which the user authorizes it. Links
       * expire after one minute.
       */
      includeAuthLink?: boolean | null;
    },
    call?: CallOptions,
  ): Promise<ListMcpConnectedAccountsResponse> {
    const names = ["configId", "identifier", "includeAuthLink"] as const;
    const given = known("listMcpConnectedAccounts", params, names);
    return this[SERVICE].listMcpConnectedAccounts(
      text("configId", given.configId as string),
      text("identifier", given.identifier as string),
      { includeAuthLink: given.includeAuthLink },
      call,
    );
  }

  /**
   * Creates a token that gives a user access to an MCP server for a limited time. Send it to
   * `serverUrl` of the result as a bearer token.
   *
   * For a configuration, the URL needs a second request: the first token of a configuration fetches
   * it.
   */
  async createSessionToken(
    params: SessionTokenParams,
    call?: CallOptions,
  ): Promise<McpSessionToken> {
    const given = known("createSessionToken", params, [
      "mcpConfigId",
      "connectionName",
      "identifier",
      "expiry",
      "accessLevel",
    ]);
    const { mcpConfigId, accessLevel } = given;
    const connectionName =
      given.connectionName === undefined || given.connectionName === null
        ? undefined
        : text("connectionName", given.connectionName);
    if (mcpConfigId && connectionName) {
      throw new ScalekitArgumentException("mcpConfigId and connectionName are mutually exclusive");
    }
    if (!mcpConfigId && !connectionName) {
      throw new ScalekitArgumentException("mcpConfigId or connectionName is required");
    }
    if (accessLevel !== undefined && accessLevel !== null && !ACCESS_LEVELS.includes(accessLevel)) {
      throw new ScalekitArgumentException('accessLevel must be "FULL" or "READ_ONLY"');
    }
    const response: McpSessionToken = await this[SERVICE].createSessionToken(
      {
        mcpConfigId: mcpConfigId || undefined,
        connectionName,
        identifier: text("identifier", given.identifier as string),
        expiry: lifetime(given.expiry) as Duration | undefined,
        accessLevel,
      },
      call,
    );
    const serverUrl = connectionName
      ? `${this[ENV_URL]()}/mcp/v3/connections/${encodeURIComponent(connectionName)}`
      : await configUrl(this, String(mcpConfigId), call);
    if (serverUrl !== undefined) {
      response.serverUrl = serverUrl;
    }
    return response;
  }
}

const configUrls = new WeakMap<object, Map<string, string>>();

/** Returns the URL of a configuration, which never changes. */
async function configUrl(
  mcp: ActionMcp,
  configId: string,
  call: CallOptions | undefined,
): Promise<string | undefined> {
  const service = mcp[SERVICE];
  const urls = configUrls.get(service) ?? new Map<string, string>();
  configUrls.set(service, urls);
  const cached = urls.get(configId);
  if (cached !== undefined) {
    return cached;
  }
  try {
    const { config } = await service.getMcpConfig(configId, call);
    if (config?.mcpServerUrl) {
      urls.set(configId, config.mcpServerUrl);
      return config.mcpServerUrl;
    }
  } catch (error) {
    // The token is valid without the URL.
    if (!(error instanceof ScalekitServerException)) {
      throw error;
    }
  }
  return undefined;
}

function lifetime(expiry: Duration | number | null | undefined) {
  const whole = duration("expiry", typeof expiry === "number" ? Math.floor(expiry) : expiry);
  if (whole === undefined) {
    return undefined;
  }
  const { seconds, nanos } = whole;
  if (seconds < MIN_EXPIRY_S || seconds > MAX_EXPIRY_S || (seconds === MAX_EXPIRY_S && nanos > 0)) {
    throw new ScalekitArgumentException("expiry must be from 60 seconds to 24 hours");
  }
  return { seconds, nanos: 0 };
}
