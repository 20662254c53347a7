// Bearer tokens of APIs (RFC 6750) and of MCP servers (RFC 9728), for all adapters.

import { known } from "../actions/names";
import { WITH_URL } from "../runtime/credentials";
import * as validate from "../runtime/validate";
import type ScalekitClient from "../scalekit";
import { CoreAuth } from "./core";
import { coreRequirements } from "./options";
import type { Requirements } from "./types";

/**
 * A validated access token, of a user or of a machine client. It has the form of `AuthInfo` of
 * `@modelcontextprotocol/sdk`.
 */
export interface TokenInfo {
  token: string;
  clientId: string;
  scopes: string[];
  /** In seconds since 1970. */
  expiresAt?: number;
  /** The claims. `sub` is the id of the user or of the machine client. */
  extra: Record<string, unknown>;
}

/** Requirements of a route. The token must fulfill all of them. */
export interface TokenRequirements extends Requirements {
  /** Scopes that the token must have. */
  scopes?: string | readonly string[];
}

/** Options of `requiresToken` and `withToken`. */
export interface TokenOptions extends TokenRequirements {
  client: ScalekitClient;
  /**
   * Accepted audiences, such as the URL of the API. Default: the client's `audience`. If neither is
   * set, tokens for other applications of the environment are accepted.
   */
  audience?: string | readonly string[];
  /** Accepted issuers. Default: the client's `issuer`. If neither is set, `iss` is not checked. */
  issuer?: string | readonly string[];
}

/** Options of `McpAuth`. */
export interface McpOptions {
  client: ScalekitClient;
  /** URL of the MCP server, such as `https://mcp.example.com/mcp`. */
  resource: string;
  /** Id of the resource in Scalekit, `res_…`. Default: the environment issues the tokens. */
  resourceId?: string;
  /** Accepted audiences. Default: the id, and the URL with and without a slash at its end. */
  audience?: string | readonly string[];
  /** Scopes that the metadata lists. */
  scopesSupported?: readonly string[];
  /** URL of a page for developers. */
  resourceDocumentation?: string;
}

/** A response of the core. */
export interface CoreResponse {
  status: number;
  headers: [name: string, value: string][];
  body: string;
}

/** The token of a request, or the response to a request without a sufficient token. */
export type TokenResult = { token: TokenInfo } | { response: CoreResponse };

/** Checks the header `Authorization` of a request. */
export type TokenCheck = (authorization: string | null | undefined) => Promise<TokenResult>;

/** Creates the check of a route with its own options. */
export function tokenCheck(method: string, options: TokenOptions): TokenCheck {
  const { client, audience, issuer, ...requirements } = known(method, options, [
    "client",
    "audience",
    "issuer",
    ...REQUIREMENTS,
  ]);
  return new BearerAuth(client, { audience, issuer }).check(requirements);
}

const REQUIREMENTS = ["organization", "organizationId", "roles", "permissions", "scopes"] as const;

/** Bearer tokens of one API. */
export class BearerAuth {
  readonly #core: CoreAuth;

  constructor(
    client: ScalekitClient | undefined,
    { audience, issuer, resource }: { audience?: unknown; issuer?: unknown; resource?: object },
  ) {
    const bearer = {
      audience: validate.optionalTexts("audience", audience),
      issuer: validate.optionalTexts("issuer", issuer),
      resource,
    };
    this.#core = new CoreAuth(
      () => client?.[WITH_URL],
      () => JSON.stringify({ bearer }),
    );
  }

  /** Checks the values of the options. */
  validate(): this {
    this.#core.check();
    return this;
  }

  /** Creates the check of a route. */
  check(requirements: TokenRequirements | undefined): TokenCheck {
    const { scopes, ...others } = known("requires", requirements, REQUIREMENTS);
    const require = {
      ...coreRequirements(others),
      scopes: validate.optionalTexts("scopes", scopes) ?? [],
    };
    return async (authorization) => {
      const request = { action: "bearer", authorization: authorization ?? null, require };
      const done = this.#core.attempt(request);
      const result =
        done === undefined
          ? await this.#core.run<BearerResult>(request)
          : (JSON.parse(done) as BearerResult);
      return result.claims === undefined
        ? { response: result.response as CoreResponse }
        : { token: infoOf(authorization as string, result.claims) };
    };
  }

  /** Returns the metadata of the resource if `target` is its path. */
  metadata(target: string): CoreResponse | undefined {
    const result = this.#core.attempt({ action: "metadata", target });
    return (JSON.parse(result ?? "{}") as BearerResult).response;
  }
}

interface BearerResult {
  claims?: Record<string, unknown>;
  response?: CoreResponse;
}

function infoOf(authorization: string, claims: Record<string, unknown>): TokenInfo {
  const { client_id: clientId, azp, sub, exp } = claims;
  return {
    token: authorization.trim().replace(/^\S+\s+/, ""),
    clientId: String(clientId ?? azp ?? sub ?? ""),
    scopes: [...textsOf(claims["scopes"]), ...textsOf(claims["scope"])],
    ...(typeof exp === "number" && { expiresAt: exp }),
    extra: claims,
  };
}

/** Returns the items of a list, or of a text with spaces. */
function textsOf(value: unknown): string[] {
  const items: unknown[] =
    typeof value === "string" ? value.split(" ") : Array.isArray(value) ? value : [];
  return items.filter((item): item is string => typeof item === "string" && item !== "");
}

/** Creates the protection of an MCP server. */
export function mcpResource(options: McpOptions): BearerAuth {
  const { client, audience, resource, resourceId, scopesSupported, resourceDocumentation } = known(
    "McpAuth",
    options,
    ["client", "audience", "resource", "resourceId", "scopesSupported", "resourceDocumentation"],
  );
  return new BearerAuth(client, {
    audience,
    resource: {
      url: validate.text("resource", resource),
      resource_id: validate.optionalText("resourceId", resourceId),
      scopes: validate.optionalTexts("scopesSupported", scopesSupported) ?? [],
      documentation: validate.optionalText("resourceDocumentation", resourceDocumentation),
    },
  }).validate();
}
