// Options of login and sessions.

import { known } from "../actions/names";
import { ScalekitArgumentException } from "../errors";
import * as validate from "../runtime/validate";
import ScalekitClient from "../scalekit";
import type { LoginParameters, Requirements, WebAuthOptions } from "./types";

type Kind = "text" | "texts" | "flag" | "milliseconds" | "function" | "other";

/** The options with their types. Texts, flags and times are passed to the core. */
const KINDS: Record<keyof WebAuthOptions, Kind> = {
  client: "other",
  envUrl: "other",
  clientId: "other",
  clientSecret: "other",
  redirectUri: "text",
  cookieEncryptionSecret: "texts",
  cookieName: "text",
  cookieSecure: "flag",
  cookieDomain: "text",
  cookiePath: "text",
  cookieSameSite: "text",
  loginPath: "text",
  callbackPath: "other",
  logoutPath: "other",
  postLoginRedirect: "text",
  postLogoutRedirectUri: "text",
  fullLogout: "flag",
  scopes: "texts",
  refreshAheadMs: "milliseconds",
  refreshGraceMs: "milliseconds",
  store: "other",
  serverSessions: "flag",
  sessionLifetimeMs: "milliseconds",
  onLogin: "function",
  onRefresh: "function",
  onLogout: "function",
  onError: "function",
};

/** Checks the names of options. `more` has the names of an adapter. */
export function checkNames(options: object, more: readonly string[] = []): void {
  known("ScalekitAuth", options, [...Object.keys(KINDS), ...more] as never[]);
}

/** Returns the client of the options. */
export function clientOf(options: WebAuthOptions): ScalekitClient {
  const { client, envUrl, clientId, clientSecret } = options;
  if (client === undefined) {
    return new ScalekitClient(envUrl as string, clientId as string, clientSecret as string);
  }
  if (envUrl !== undefined || clientId !== undefined || clientSecret !== undefined) {
    throw new ScalekitArgumentException("pass either client, or envUrl, clientId and clientSecret");
  }
  return client;
}

/** Returns the options of the core as JSON. The core checks their values. */
export function coreOptions(options: WebAuthOptions): string {
  const core: Record<string, unknown> = { store: options.store !== undefined };
  for (const [name, kind] of Object.entries(KINDS)) {
    const value: unknown = options[name as keyof WebAuthOptions];
    if (value !== undefined && value !== null && kind !== "other") {
      const converted = convert(name, kind, value);
      if (kind !== "function") {
        core[snakeCase(name.replace(/Ms$/, ""))] = converted;
      }
    }
  }
  return JSON.stringify(core);
}

function convert(name: string, kind: Kind, value: unknown): unknown {
  switch (kind) {
    case "texts":
      return validate.optionalTexts(name, value);
    case "flag":
      return ofType("boolean", "a boolean");
    case "milliseconds":
      return (ofType("number", "a number of milliseconds") as number) / 1000;
    case "function":
      return ofType("function", "a function");
    default:
      return ofType("string", "a string");
  }
  function ofType(type: string, description: string): unknown {
    return typeof value === type ? value : validate.wrongType(name, description, value);
  }
}

/** Returns requirements for the core. */
export function coreRequirements(requirements: Requirements | undefined): object {
  const { organization, organizationId, roles, permissions } = known("requires", requirements, [
    "organization",
    "organizationId",
    "roles",
    "permissions",
  ]);
  return {
    organization: organization !== undefined && convert("organization", "flag", organization),
    organization_id: validate.optionalText("organizationId", organizationId),
    roles: validate.optionalTexts("roles", roles) ?? [],
    permissions: validate.optionalTexts("permissions", permissions) ?? [],
  };
}

const LOGIN_PARAMETERS = [
  "returnTo",
  "organizationId",
  "connectionId",
  "loginHint",
  "domainHint",
  "provider",
  "prompt",
] as const;

/** Returns parameters of a login for the core. */
export function coreLogin(parameters: LoginParameters | undefined): object {
  const given = known("login", parameters, LOGIN_PARAMETERS);
  const values = LOGIN_PARAMETERS.map((name) => [
    snakeCase(name),
    validate.optionalText(name, given[name]),
  ]);
  return Object.fromEntries(values);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
