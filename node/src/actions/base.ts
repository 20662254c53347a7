import type ConnectedAccountsClient from "../services/connected-accounts";
import type ConnectionClient from "../services/connection";
import type McpServiceClient from "../services/mcp";
import type ProvidersClient from "../services/providers";
import type ToolsClient from "../services/tools";
import { hide, TRANSPORT, type Transport } from "../runtime/call";
import { lazyInstance } from "../runtime/lazy-service";
import type ActionsClient from "./index";
import type ActionMcp from "./mcp";
import type { RegisteredModifier } from "./modifier";
import type ActionProviders from "./providers";

// Properties that are not part of the API. All copies of this module share the symbols, because
// the methods can be loaded from another copy after `jest.resetModules()`.
export const MODIFIERS = Symbol.for("scalekit-client.modifiers");
export const SERVICE = Symbol.for("scalekit-client.service");
export const ENV_URL = Symbol.for("scalekit-client.env-url");

/** The service clients that `client.actions` uses. */
export interface ActionServices {
  readonly tools: ToolsClient;
  readonly connectedAccounts: ConnectedAccountsClient;
  readonly connection: ConnectionClient;
  readonly mcp: McpServiceClient;
  readonly providers: ProvidersClient;
}

/** Base class of `ActionsClient`: its properties, without its methods. */
export abstract class ActionsBase {
  /** The service client of tools. */
  tools: ToolsClient;
  /** The service client of connected accounts. */
  connectedAccounts: ConnectedAccountsClient;
  /** The service client of connections. */
  connection: ConnectionClient;
  /** MCP servers for agents. */
  mcp: ActionMcp;
  /** Custom providers. */
  providers: ActionProviders;
  /**
   * The same as `getOrCreateConnectedAccount`. It can be called without its object.
   */
  upsertConnectedAccount: ActionsClient["getOrCreateConnectedAccount"];
  /** @internal */
  declare [MODIFIERS]: readonly RegisteredModifier[];
  /** @internal */
  declare readonly [TRANSPORT]: Transport;

  /**
   * @param services A `ScalekitClient`, or an object with these service clients.
   * @param envUrl Returns the URL of the environment.
   */
  constructor(services: ActionServices, envUrl: () => string) {
    this.tools = services.tools;
    this.connectedAccounts = services.connectedAccounts;
    this.connection = services.connection;
    this.mcp = lazyInstance(
      new UnloadedMcp(services.mcp, envUrl),
      () => (require("./mcp") as typeof import("./mcp")).default,
    );
    this.providers = lazyInstance(
      new UnloadedProviders(services.providers),
      () => (require("./providers") as typeof import("./providers")).default,
    );
    this.upsertConnectedAccount = (params, call) =>
      (this as unknown as ActionsClient).getOrCreateConnectedAccount(params, call);
    hide(this, MODIFIERS, []);
    hide(this, TRANSPORT, services.tools[TRANSPORT]);
  }
}

/** Base class of `ActionMcp`. */
export abstract class McpBase {
  /** @internal */
  declare readonly [SERVICE]: McpServiceClient;
  /** @internal */
  declare readonly [ENV_URL]: () => string;

  constructor(service: McpServiceClient, envUrl: () => string) {
    hide(this, SERVICE, service);
    hide(this, ENV_URL, envUrl);
  }
}

/** Base class of `ActionProviders`. */
export abstract class ProvidersBase {
  /** @internal */
  declare readonly [SERVICE]: ProvidersClient;

  constructor(service: ProvidersClient) {
    hide(this, SERVICE, service);
  }
}

class UnloadedActions extends ActionsBase {}
class UnloadedMcp extends McpBase {}
class UnloadedProviders extends ProvidersBase {}

/** Creates the value of `client.actions`. The modules of its methods are loaded on first use. */
export function lazyActions(services: ActionServices, envUrl: () => string): ActionsClient {
  return lazyInstance(
    new UnloadedActions(services, envUrl),
    () => (require("./index") as typeof import("./index")).default,
  );
}
