// Bearer tokens in Express.

import type { ServerResponse } from "node:http";

import {
  type BearerAuth,
  mcpResource,
  type McpOptions,
  type TokenCheck,
  tokenCheck,
  type TokenInfo,
  type TokenOptions,
  type TokenRequirements,
} from "./bearer";
import { callable } from "./callable";
import type { ExpressRequest, Middleware } from "./express";
import { send } from "./node-http";

export type { McpOptions, TokenInfo, TokenOptions, TokenRequirements } from "./bearer";

/**
 * Only requests with a sufficient bearer token pass. Sets `request.auth` to a {@link TokenInfo}.
 *
 * Other requests receive 401 or 403 with a challenge (RFC 6750), or 503 if the keys of the
 * environment cannot be fetched.
 */
export function requiresToken(options: TokenOptions): Middleware {
  return middleware(tokenCheck("requiresToken", options));
}

function middleware(check: TokenCheck): Middleware {
  return (request: ExpressRequest & { auth?: TokenInfo }, response: ServerResponse, next) => {
    check(request.headers.authorization).then(
      (result) => {
        if ("token" in result) {
          request.auth = result.token;
          setImmediate(next);
        } else {
          send(response, result);
        }
      },
      (error: unknown) => setImmediate(next, error),
    );
  };
}

class ExpressMcpAuth {
  readonly #auth: BearerAuth;

  /** @throws {ScalekitArgumentException} An option is invalid. The message names it. */
  constructor(options: McpOptions) {
    this.#auth = mcpResource(options);
    this.requiresAuth = this.requires();
  }

  /** Serves the metadata (RFC 9728), at the root and with the path of the resource. */
  readonly router: Middleware = (request: ExpressRequest, response: ServerResponse, next) => {
    const metadata = this.#auth.metadata(request.originalUrl ?? request.url ?? "/");
    return metadata === undefined ? next() : send(response, { response: metadata });
  };

  /** Only requests with a token for the resource pass. Sets `request.auth`. */
  readonly requiresAuth: Middleware;

  /** Like `requiresAuth`, with requirements. */
  requires(requirements?: TokenRequirements): Middleware {
    return middleware(this.#auth.check(requirements));
  }
}

/**
 * Authorization of an MCP server in Express.
 *
 * @example
 * const auth = McpAuth({ client, resource: "https://mcp.example.com/mcp", resourceId: "res_1" });
 * app.use(auth.router);
 * app.post("/mcp", auth.requiresAuth, handler);
 */
export const McpAuth = callable(ExpressMcpAuth);
export type McpAuth = ExpressMcpAuth;
