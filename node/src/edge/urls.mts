// The login and logout URLs, with the same parameters in the same order as in `scalekit-client`.

import { toWellFormed } from "./json.mjs";
import type { AuthorizationUrlOptions, LogoutUrlOptions } from "../types/scalekit.js";
import * as validate from "./validate.mjs";

/** Returns the URL that starts a login. */
export function authorizationUrl(
  envUrl: string,
  clientId: string,
  redirectUri: string,
  given: AuthorizationUrlOptions | undefined,
): string {
  const options = validate.options("options", given);
  const text = (name: keyof AuthorizationUrlOptions) => validate.optionalText(name, options[name]);
  const scopes = validate.optionalTexts("scopes", options.scopes) ?? [];
  const domain = text("domainHint");
  return withQuery(`${envUrl}/oauth/authorize`, [
    ["response_type", "code"],
    ["client_id", clientId],
    ["redirect_uri", redirectUri],
    ["scope", scopes.length > 0 ? scopes.join(" ") : "openid profile email"],
    ["state", text("state")],
    ["nonce", text("nonce")],
    ["login_hint", text("loginHint")],
    ["domain_hint", domain],
    ["domain", domain],
    ["connection_id", text("connectionId")],
    ["organization_id", text("organizationId")],
    ["code_challenge", text("codeChallenge")],
    ["code_challenge_method", text("codeChallengeMethod")],
    ["provider", text("provider")],
    ["prompt", text("prompt")],
  ]);
}

/** Returns the URL that ends a session. */
export function logoutUrl(envUrl: string, given: LogoutUrlOptions | undefined): string {
  const options = validate.options("options", given);
  const text = (name: keyof LogoutUrlOptions) => validate.optionalText(name, options[name]);
  return withQuery(`${envUrl}/oidc/logout`, [
    ["id_token_hint", text("idTokenHint")],
    ["post_logout_redirect_uri", text("postLogoutRedirectUri")],
    ["state", text("state")],
  ]);
}

/** Returns a URL with the parameters that are not empty. */
function withQuery(url: string, parameters: [string, string | undefined][]): string {
  const pairs = parameters.flatMap(([name, value]) => (value ? [`${name}=${encode(value)}`] : []));
  return pairs.length === 0 ? url : `${url}?${pairs.join("&")}`;
}

/** Encodes all characters that are not unreserved (RFC 3986, section 2.3). */
function encode(text: string): string {
  const escape = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(toWellFormed(text)).replace(/[!'()*]/g, escape);
}
